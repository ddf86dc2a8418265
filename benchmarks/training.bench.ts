/**
 * @file Training the attention layer: gradient descent on the population loss, and stochastic gradient descent on sampled prompts, against
 * the same loops in NumPy, with matrices for a whole batch at a time.
 *
 * Both sides keep the distance and the loss of every iterate in the first case, and the weighted average of the iterates in the second.
 * Ours descends in the eigenbasis of Λ, where a step needs no product of matrices; NumPy's loop is the formula as it stands. All run on one
 * thread: the matrices are small.
 */
import { Random } from "../lib/dist/core/random.js";
import { Covariance } from "../lib/dist/model/covariance.js";
import { powerLawSpectrum } from "../lib/dist/model/spectrum.js";
import { bestStep } from "../lib/dist/theory/paper/theorem31.js";
import { gradientDescent } from "../lib/dist/theory/training/gradientDescent.js";
import { stochasticGradientDescent } from "../lib/dist/theory/training/stochasticGradientDescent.js";
import { fullCovariances } from "./covariances.ts";
import { PythonPeer } from "./peers/python.ts";
import { race, secondsOf, startSuite } from "./suite.ts";

const suite = startSuite("training", 5);
const peer = await PythonPeer.start("numeric.py", ["NumPy"], 1);
const share = suite.quick ? 0.1 : 1;
interface Answer {
  readonly seconds: number;
  readonly check: number;
}

for (const { d, n, steps } of [
  { d: 10, n: 20, steps: 2000 * share },
  { d: 50, n: 40, steps: 500 * share },
]) {
  const covariance = fullCovariances(1, d, Random.seed(3605).stream("training", d))[0];
  const step = bestStep({ covariance, n, c: 1 });
  let distance = Number.NaN;
  const times = await race(suite.rounds, {
    ours: () =>
      secondsOf(() => {
        distance = gradientDescent({ covariance, n, c: 1, step, steps }).distances.at(-1)!;
      }),
    theirs: async () => {
      if (typeof peer === "string") return 0;
      const request = { op: "gradient_descent", covariance: covariance.matrix.to2DArray(), n, c: 1, step, steps };
      const { seconds, check } = await peer.ask<Answer>(request);
      if (!(Math.abs(check - distance) <= 1e-9 + 1e-6 * check))
        throw new Error(`training: both sides must end at the same distance, got ${distance} and ${check}`);
      return seconds;
    },
  });
  suite.ratio({
    case: `gradient descent, d = ${d}`,
    setting: `full covariance, n = ${n}, ${steps} steps, 1 thread`,
    ours: times.ours,
    peer: typeof peer === "string" ? peer : { name: `${peer.label("NumPy")} (1 BLAS thread)`, seconds: times.theirs },
  });
}

for (const { d, n, steps, batch } of [
  { d: 5, n: 20, steps: 4000 * share, batch: 16 },
  { d: 20, n: 40, steps: 1000 * share, batch: 32 },
]) {
  const spectrum = powerLawSpectrum({ d, exponent: 0.5 });
  const covariance = Covariance.diagonal(spectrum);
  const step = bestStep({ covariance, n, c: 1 }) / 20;
  const times = await race(suite.rounds, {
    ours: () => secondsOf(() => stochasticGradientDescent({ covariance, n, c: 1, step, steps, batch, random: Random.seed(1) })),
    theirs: async () =>
      typeof peer === "string"
        ? 0
        : (await peer.ask<Answer>({ op: "stochastic", spectrum: Array.from(spectrum), n, c: 1, step, steps, batch })).seconds,
  });
  suite.ratio({
    case: `stochastic descent, d = ${d}`,
    setting: `n = ${n}, ${steps} steps of ${batch} prompts, 1 thread`,
    ours: times.ours,
    peer: typeof peer === "string" ? peer : { name: `${peer.label("NumPy")} (1 BLAS thread)`, seconds: times.theirs },
    note: `${batch * steps * (n + 1) * d} normal numbers are drawn, most of the time of either side: see the last row`,
  });
}
// The draws that a stochastic step consists of, alone: what separates the two generators.
{
  const count = 20_000_000 * share;
  const thousand = new Float64Array(1000);
  const times = await race(suite.rounds, {
    ours: () =>
      secondsOf(() => {
        const random = Random.seed(1);
        for (let i = 0; i < count / 1000; i++) random.fillNormal(thousand);
      }),
    theirs: async () => (typeof peer === "string" ? 0 : (await peer.ask<Answer>({ op: "normals", count })).seconds),
  });
  suite.ratio({
    case: "normal numbers",
    setting: `${count} of them, a thousand at a time, 1 thread`,
    ours: times.ours,
    peer: typeof peer === "string" ? peer : { name: peer.label("NumPy"), seconds: times.theirs },
    note: "seedrandom's Alea and the polar method beside PCG64 and the ziggurat; every stored result rests on this generator's bits",
  });
}
if (typeof peer !== "string") peer.close();
