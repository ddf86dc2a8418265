/** @file "Diverse, relevant, hard": a measure for each of the paper's three criteria, and the error of random mixtures as a function of them. */
import { Checks } from "cotlab/dist/core/check";
import type { Random } from "cotlab/dist/core/random";
import { meanAndError } from "cotlab/dist/core/statistics";
import { Covariance } from "cotlab/dist/model/covariance";
import { powerLawSpectrum } from "cotlab/dist/model/spectrum";
import { sampleSecondMoment } from "cotlab/dist/model/wishart";
import { MixtureModel } from "cotlab/dist/selection/mixtureModel";
import { hardness } from "cotlab/dist/theory/paper/hardness";
import { Matrix } from "ml-matrix";
import { rankCorrelation } from "./mixtureScatter";

/** The measures, all larger for more of it. */
export const QUALITIES = ["diverse", "relevant", "hard", "weak", "program"] as const;
export type Quality = (typeof QUALITIES)[number];

/** Random pools of tasks and targets. */
export interface QualityParams {
  readonly d: number;
  /** L: tasks in a pool. */
  readonly tasks: number;
  readonly n: number;
  /** k: steps after which the error is taken, m = ∞. */
  readonly k: number;
  /** Spectra of tasks: i^(-α) in a random basis, α uniform up to this. */
  readonly exponent: number;
  /** Spectrum of the target. */
  readonly targetExponent: number;
  /** How far bases differ: 0, all the same; 1, independent ones. */
  readonly turn: number;
  readonly pools: number;
  /** Random mixtures of a pool, uniform on the simplex. */
  readonly mixtures: number;
}

/** A quality's rank correlation with -ln error within a pool, over pools: positive, where more of it goes with less error. */
export interface QualityEffect {
  readonly quality: Quality;
  readonly mean: number;
  readonly standardError: number;
  /** Share of the pools in which it is negative. */
  readonly opposite: number;
}

/**
 * The measures of a mixture: effective rank of Λ̄ over d (diverse); tr(Λ̄Σ)/(‖Λ̄‖‖Σ‖) (relevant); Σ π_l ln Hard(Λ_l) (hard: the tasks are); ln λ_min(Λ̄) (weak: the
 * mixture contributes to its own weakest direction, the other reading of "hard"); and, for comparison, minus the program's objective ‖I - Σ⁻¹Λ̄‖_F² (program).
 */
export function qualitiesOf(tasks: readonly Covariance[], target: Covariance, weights: ArrayLike<number>): Record<Quality, number> {
  const mean = Matrix.zeros(target.d, target.d);
  tasks.forEach((task, l) => void mean.add(Matrix.mul(task.matrix, weights[l])));
  const spectrum = Covariance.fromMatrix(mean).eigenvalues;
  const total = spectrum.reduce((sum, value) => sum + value, 0);
  const entropy = spectrum.reduce((sum, value) => (value > 0 ? sum - (value / total) * Math.log(value / total) : sum), 0);
  const program = Matrix.sub(Matrix.eye(target.d), target.inverse().mmul(mean));
  return {
    diverse: Math.exp(entropy) / target.d,
    relevant: mean.mmul(target.matrix).trace() / (mean.norm("frobenius") * target.matrix.norm("frobenius")),
    hard: tasks.reduce((sum, task, l) => sum + weights[l] * Math.log(hardness(task)), 0),
    weak: Math.log(Math.max(spectrum[spectrum.length - 1], Number.MIN_VALUE)),
    program: -(program.norm("frobenius") ** 2),
  };
}

/** The effects of the qualities, over random pools. */
export function qualityEffects(params: QualityParams, random: Random): QualityEffect[] {
  const check: Checks = new Checks("qualityEffects");
  const { d, tasks: count, n, k, exponent, targetExponent, turn, pools, mixtures } = params;
  check.integer("d", d, 2);
  check.integer("tasks", count, 2);
  check.integer("pools", pools, 2);
  check.integer("mixtures", mixtures, 4);
  const effects: Record<Quality, number[]> = { diverse: [], relevant: [], hard: [], weak: [], program: [] };
  for (let pool = 0; pool < pools; pool++) {
    const stream = random.stream("pool", pool);
    const draw = (alpha: number): Covariance => turnedTask(d, alpha, turn, stream);
    const tasks = Array.from({ length: count }, () => draw(exponent * stream.uniform()));
    const target = draw(targetExponent);
    const model = new MixtureModel({ tasks, target, lengths: n });
    const drawn = Array.from({ length: mixtures }, () => {
      const parts = Float64Array.from({ length: count }, () => -Math.log1p(-stream.uniform()));
      const sum = parts.reduce((all, part) => all + part, 0);
      const weights = parts.map((part) => part / sum);
      return { gain: -model.logErrors(weights, [k])[0], ...qualitiesOf(tasks, target, weights) };
    });
    const gains = drawn.map(({ gain }) => gain);
    for (const quality of QUALITIES)
      effects[quality].push(
        rankCorrelation(
          drawn.map((mixture) => mixture[quality]),
          gains,
        ),
      );
  }
  return QUALITIES.map((quality) => {
    const { mean, standardError } = meanAndError(effects[quality]);
    return { quality, mean, standardError, opposite: effects[quality].filter((value) => value < 0).length / pools };
  });
}

/** A power law of trace d in a basis that is turned: the eigenvectors of the identity and a random second moment, mixed. */
function turnedTask(d: number, alpha: number, turn: number, random: Random): Covariance {
  const spectrum = powerLawSpectrum({ d, exponent: alpha, normalise: "trace-d" });
  // Without a turn the skills still differ in their order.
  const order = random.permutation(d);
  const diagonal = Covariance.diagonal(order.map((from) => spectrum[from]));
  if (turn === 0) return diagonal;
  const noise = sampleSecondMoment({ covariance: Covariance.diagonal(new Float64Array(d).fill(1)), m: 2 * d }, random);
  const frame = Matrix.add(Matrix.diag(Array.from({ length: d }, (_, i) => (1 - turn) * (i + 1))), Matrix.mul(noise, turn * d));
  const Q = Covariance.fromMatrix(frame).eigenvectors;
  return Covariance.fromMatrix(Q.mmul(diagonal.matrix).mmul(Q.transpose()));
}
