/**
 * @file The long runs behind the reviewers' questions: `node studies/programs/reviewers.ts [training | fits | costs | budgets | samples ...]`, pinned node.
 * Writes data/reviewers/NAME.csv and NAME.json (settings and command) after every setting, by rename, so that an interrupted run is
 * resumed: settings whose stored parameters are still the same are kept. `--fresh` computes all again.
 */
import { join } from "node:path";
import { Matrix } from "ml-matrix";
import type { ResultRow } from "../../lib/dist/data/resultTable.js";
import * as cot from "../../lib/dist/index.js";
import { root } from "../../tools/workspace.mjs";
import * as studies from "../dist/index.js";
import { chosenParts, storedRuns } from "./storedRuns.ts";

type Row = ResultRow;

interface Part {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly run: (params: never) => Row[] | Promise<Row[]>;
}

const seed = 7;
const power = (d: number, exponent: number) => cot.Covariance.diagonal(cot.powerLawSpectrum({ d, exponent, normalise: "trace-d" }));

// Training from sampled prompts: how far is k steps of thinking with the learned layer from the optimum?

interface Training {
  readonly d: number;
  readonly exponent: number;
  readonly n: number;
  readonly batch: number;
  readonly trained: number;
  readonly runs: number;
  readonly ks: readonly number[];
}

const trainingSettings: Readonly<Record<string, Training>> = Object.fromEntries(
  [250, 1000, 4000, 16000].map((trained) => [
    `SGD; T = ${trained}`,
    { d: 10, exponent: 1, n: 20, batch: 32, trained, runs: 20, ks: [1, 2, 5, 10, 20] },
  ]),
);

async function trainingRows({ d, exponent, n, batch, trained, runs, ks }: Training): Promise<Row[]> {
  const covariance = power(d, exponent);
  const training = { covariance, n, c: 1 };
  const step = cot.theory.largestStableStep(training) / 4;
  const optimum = cot.model.inverseGamma(training);
  const errorsOf = (A: Matrix) => ks.map((k) => chainNorm(A, covariance, k));
  const best = errorsOf(optimum);
  const gaps = ks.map(() => [] as number[]);
  const distances: number[] = [];
  for (let run = 0; run < runs; run++) {
    const random = cot.Random.seed(seed).stream("training", run);
    const { averaged } = await cot.theory.stochasticGradientDescent({ ...training, step, steps: trained, batch, random });
    const A = cot.estimators.learnedPreconditioner({ V31: averaged, c: 1 });
    distances.push(Matrix.sub(A, optimum).norm("frobenius") / optimum.norm("frobenius"));
    errorsOf(A).forEach((error, i) => {
      gaps[i].push(Math.abs(error / best[i] - 1));
    });
  }
  const distance = cot.core.meanAndError(distances);
  return ks.map((k, i) => {
    const { mean, standardError } = cot.core.meanAndError(gaps[i]);
    return {
      trained,
      prompts: trained * batch,
      k,
      runs,
      distance: distance.mean,
      distanceSe: distance.standardError,
      gap: mean,
      gapSe: standardError,
    };
  });
}

/** ‖(I - AΣ)^k‖_F². */
function chainNorm(A: Matrix, covariance: cot.Covariance, k: number): number {
  const step = Matrix.eye(covariance.d, covariance.d).sub(A.mmul(covariance.matrix));
  let product = step;
  for (let i = 1; i < k; i++) product = product.mmul(step);
  return product.norm("frobenius") ** 2;
}

// Fits of the preconditioner from B prompts.

interface Fits {
  readonly d: number;
  readonly exponent: number;
  readonly n: number;
  readonly prompts: number;
  readonly fits: number;
  readonly weights: "drawn" | "averaged";
}

const fitSettings: Readonly<Record<string, Fits>> = Object.fromEntries(
  (["drawn", "averaged"] as const).flatMap((weights) =>
    [5, 10, 20, 30, 50, 100, 300, 1000, 3000, 10000].map((prompts) => [
      `${weights}; B = ${prompts}`,
      { d: 10, exponent: 1, n: 20, prompts, fits: prompts <= 300 ? 2000 : prompts <= 1000 ? 1000 : 200, weights },
    ]),
  ),
);

function fitRows({ d, exponent, n, prompts, fits, weights }: Fits): Row[] {
  const params = { covariance: power(d, exponent), n, prompts, draws: fits, weights };
  const { excess, excessMedian, diverging, errors } = studies.preconditionerFits(params, cot.Random.seed(seed).stream("fits"));
  const medians = errors.flatMap(({ k, median }) => [
    [`k${k}`, median.value],
    [`k${k}Low`, median.low],
    [`k${k}High`, median.high],
  ]);
  return [
    {
      weights,
      prompts,
      fits,
      excess: excess.mean,
      excessSe: excess.standardError,
      excessMedian: excessMedian.value,
      excessLow: excessMedian.low,
      excessHigh: excessMedian.high,
      diverging: diverging.value,
      divergingLow: diverging.low,
      divergingHigh: diverging.high,
      ...Object.fromEntries(medians),
    },
  ];
}

// Methods at equal cost.

interface Costs {
  readonly d: number;
  readonly exponent: number;
  readonly n: number;
  readonly m: number;
  readonly noise: number;
  readonly steps: number;
  readonly tasks: number;
}

const costSettings: Readonly<Record<string, Costs>> = Object.fromEntries(
  [
    { d: 10, n: 20, ms: [40, 20, 8], noises: [0, 0.5, 1], steps: 30, tasks: 5000 },
    { d: 50, n: 100, ms: [200], noises: [0, 1], steps: 62, tasks: 400 },
  ].flatMap(({ d, n, ms, noises, steps, tasks }) =>
    [0, 1].flatMap((exponent) =>
      ms.flatMap((m) =>
        noises.map((noise) => [
          `d = ${d}; ${exponent === 0 ? "I" : "1/i"}; m = ${m}; noise ${noise}`,
          { d, exponent, n, m, noise, steps, tasks },
        ]),
      ),
    ),
  ),
);

interface Budgets extends Costs {
  /** Budgets, in units of the cost of least squares. */
  readonly solves: readonly number[];
}

const budgetSettings: Readonly<Record<string, Budgets>> = Object.fromEntries(
  Object.entries(costSettings)
    .filter(([, { noise }]) => noise !== 0.5)
    .map(([name, costs]) => [name, { ...costs, solves: [0.25, 0.5, 1, 1.5, 2] }]),
);

const simulations = new Map<string, Promise<studies.CostedCurve[]>>();

/** Both parts read the same simulation. */
function costedCurves({ d, exponent, n, m, noise, steps, tasks }: Costs): Promise<studies.CostedCurve[]> {
  const params = { d, exponent, n, m, noise, steps, tasks };
  const key = JSON.stringify(params);
  const running = simulations.get(key) ?? simulateMethods(params);
  simulations.set(key, running);
  return running;
}

async function simulateMethods({ d, exponent, n, m, noise, steps, tasks }: Costs): Promise<studies.CostedCurve[]> {
  const covariance = power(d, exponent);
  const shares = cot.theory.overthinkingSpectrum({ covariance, n, noise });
  const { lower, upper } = cot.theory.spectralEdges({ spectrum: shares, m });
  // Short prompts leave eigenvalues at 0, which Chebyshev's interval must not reach.
  const estimators = studies.peerMethods({ covariance, n, noise, interval: [Math.max(lower, upper / 20), upper] });
  const { curves } = await cot.simulate(cot.simulation.estimatorErrors({ test: covariance, m, steps, noise, estimators }), {
    draws: tasks,
    seed,
    workers: 1,
  });
  return curves.map((curve, i) => ({
    curve,
    costs: curve.x.map((k) => studies.estimatorCost(estimators[i], { d, m, k }).multiplications),
  }));
}

async function costRows(params: Costs): Promise<Row[]> {
  const { d, exponent, m, noise, tasks } = params;
  const curves = await costedCurves(params);
  return curves.flatMap(({ curve, costs }) =>
    curve.points
      .map(({ x: k, mean, standardError, heavyTail, median, diverged }, i) => ({
        d,
        exponent,
        m,
        noise,
        tasks,
        method: curve.name,
        k,
        cost: costs[i],
        mean,
        se: standardError,
        heavyTail,
        median: median.value,
        low: median.low,
        high: median.high,
        worseThanNothing: diverged,
      }))
      // A direct method repeats its one estimate.
      .filter(({ k, cost }) => k === 0 || cost > costs[k - 1]),
  );
}

async function budgetRows(params: Budgets): Promise<Row[]> {
  const { d, exponent, m, noise, tasks, solves } = params;
  const curves = await costedCurves(params);
  const solve = studies.estimatorCost(cot.estimators.leastSquares(), { d, m, k: 1 }).multiplications;
  return studies
    .compareAtCost(
      curves,
      solves.map((share) => share * solve),
    )
    .map(({ budget, median, firstBetter, standardError, heavyTail, ...row }) => ({
      d,
      exponent,
      m,
      noise,
      tasks,
      solves: budget / solve,
      budget,
      ...row,
      se: standardError,
      heavyTail,
      median: median.value,
      low: median.low,
      high: median.high,
      cotBetter: firstBetter?.value ?? "",
      cotBetterLow: firstBetter?.low ?? "",
      cotBetterHigh: firstBetter?.high ?? "",
    }));
}

// Overthinking predicted from samples.

interface Samples {
  readonly d: number;
  readonly exponent: number;
  readonly n: number;
  readonly muMax: number;
  readonly samples: number;
  readonly trials: number;
}

const sampleSettings: Readonly<Record<string, Samples>> = Object.fromEntries(
  [1.5, 1.8, 2.2, 2.6].flatMap((muMax) =>
    [50, 200, 1000, 5000].map((samples) => [
      `mu_max = ${muMax}; N = ${samples}`,
      { d: 10, exponent: 1, n: 20, muMax, samples, trials: 200 },
    ]),
  ),
);

function sampleRows({ d, exponent, n, muMax, samples, trials }: Samples): Row[] {
  const covariance = power(d, exponent);
  const identity = power(d, 0);
  const target = identity.scale(muMax / cot.theory.overthinkingSpectrum({ covariance, target: identity, n })[0]);
  const random = cot.Random.seed(seed).stream("samples", samples);
  const { plugIn, plugInWrong, percentile, basic } = studies.overthinkingBootstrap({ covariance, target, n, samples, trials }, random);
  const columns = (name: string, { value, low, high }: studies.Share) => ({
    [name]: value,
    [`${name}Low`]: low,
    [`${name}High`]: high,
  });
  return [
    {
      muMax,
      samples,
      trials,
      plugIn: plugIn.mean,
      plugInSe: plugIn.standardError,
      ...columns("plugInWrong", plugInWrong),
      ...columns("percentileCovered", percentile.covered),
      ...columns("percentileWrong", percentile.wrong),
      ...columns("basicCovered", basic.covered),
      ...columns("basicWrong", basic.wrong),
      ...columns("basicAbstained", basic.abstained),
    },
  ];
}

const parts: Readonly<Record<string, Part>> = {
  training: { settings: trainingSettings, run: trainingRows },
  fits: { settings: fitSettings, run: fitRows },
  costs: { settings: costSettings, run: costRows },
  budgets: { settings: budgetSettings, run: budgetRows },
  samples: { settings: sampleSettings, run: sampleRows },
};

const { wanted, fresh } = chosenParts("reviewers", Object.keys(parts));
for (const name of wanted) {
  const command = `node_modules/.bin/node studies/programs/reviewers.ts ${name}`;
  const about = () => ({ before: { command, node: process.version, seed } });
  await storedRuns({ folder: join(root, "data", "reviewers"), name, ...parts[name], about, fresh });
}
