/** @file What a chain of thought costs, by the clock of one thread: forming S, and k steps with it. */
import type { Random } from "cotlab/dist/core/random";

/** A chain. */
export interface ChainSize {
  readonly d: number;
  readonly m: number;
  readonly k: number;
}

/** Processor time of a run in seconds. */
function secondsOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** The least processor time, of several repetitions, of forming S = XXᵀ/m and of k steps w ← w - A(Sw - b), plain loops. */
export function chainSeconds({ d, m, k }: ChainSize, random: Random, repetitions = 5): { form: number; steps: number } {
  const X = random.fillNormal(new Float64Array(d * m));
  const A = random.fillNormal(new Float64Array(d * d)).map((value) => value / (d * d));
  const S = new Float64Array(d * d);
  const w = new Float64Array(d);
  const gradient = new Float64Array(d);
  const form = (): void => {
    S.fill(0);
    for (let i = 0; i < d; i++) {
      for (let l = 0; l <= i; l++) {
        let sum = 0;
        for (let j = 0; j < m; j++) sum += X[i * m + j] * X[l * m + j];
        S[i * d + l] = S[l * d + i] = sum / m;
      }
    }
  };
  const steps = (): void => {
    w.fill(1);
    for (let step = 0; step < k; step++) {
      for (let i = 0; i < d; i++) {
        let sum = -1;
        for (let l = 0; l < d; l++) sum += S[i * d + l] * w[l];
        gradient[i] = sum;
      }
      for (let i = 0; i < d; i++) {
        let sum = 0;
        for (let l = 0; l < d; l++) sum += A[i * d + l] * gradient[l];
        w[i] -= sum;
      }
    }
  };
  const least = (run: () => void): number => Math.min(...Array.from({ length: repetitions }, () => secondsOf(run)));
  return { form: least(form), steps: least(steps) };
}

/** The slope of ln y against ln x by least squares, with its standard error. */
export function logSlope(x: readonly number[], y: readonly number[]): { slope: number; standardError: number } {
  const [a, b] = [x.map(Math.log), y.map(Math.log)];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const spread = a.reduce((sum, value) => sum + (value - ma) ** 2, 0);
  const slope = a.reduce((sum, value, i) => sum + (value - ma) * (b[i] - mb), 0) / spread;
  const rest = a.reduce((sum, value, i) => sum + (b[i] - mb - slope * (value - ma)) ** 2, 0);
  return { slope, standardError: Math.sqrt(rest / Math.max(1, x.length - 2) / spread) };
}
