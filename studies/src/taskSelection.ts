/** @file What notebook 07 runs on single settings: the stable selection within reach, mass moved to a hard task, a whitened objective that misleads. */
import { Covariance, model, type Random, selection, theory } from "cotlab";
import { Checks } from "cotlab/dist/core/check";
import { sandwich } from "cotlab/dist/model/covariance";
import { coverageOf } from "cotlab/dist/selection/coverage";
import { selectFrom } from "cotlab/dist/selection/selectTasks";
import { stableFrom } from "cotlab/dist/selection/stableSelection";
import { Matrix } from "ml-matrix";
import { bootstrapSelection } from "./bootstrapSelection";
import { randomCovariance } from "./refusalTrial";
import type { TaskPool, TaskType } from "./taskPool";

/** A stable selection with the margin that was in reach. */
export interface StableWithin extends selection.StableSelection {
  /** The margin that was asked for. */
  readonly asked: number;
}

/**
 * The stable selection on Γ at a margin, or at 0.9 of the largest where that is out of reach; undefined where no mixture has even margin 0.
 * @throws what `stableSelection` throws for arguments outside its domain
 * @origin ours
 */
export function stableWithin(
  { tasks, target, lengths, pivot }: selection.SelectionSetting & { readonly pivot?: selection.StablePivot },
  margin: number,
  model = new selection.MixtureModel({ tasks, target, lengths }),
): StableWithin | undefined {
  const setting = { tasks, target, lengths, ...(pivot === undefined ? {} : { pivot }) };
  const ask = (asked: number) => ({ asked, ...stableFrom(model, { form: "gamma", margin: asked, ...(pivot && { pivot }) }) });
  const wished = ask(margin);
  if (wished.status === "optimal") return wished;
  const most = selection.largestMargin(setting);
  const reached = most > 0 ? ask(Math.min(margin, 0.9 * most)) : wished;
  return reached.status === "optimal" ? reached : undefined;
}

/** The program on Γ in one pool, as it is and under the coverage constraint. */
export interface PoolComparison {
  readonly plain: Pick<selection.Selection, "weights" | "objective">;
  /** Of what the program's mixture learns. */
  readonly plainCoverage: selection.Coverage;
  /** Undefined where no mixture meets the constraint. */
  readonly stable: StableWithin | undefined;
}

/**
 * The program on Γ beside its stable form.
 * @throws what either throws for arguments outside its domain
 * @origin ours
 */
export function comparePool({ tasks, target, lengths }: selection.SelectionSetting, margin: number): PoolComparison {
  const model = new selection.MixtureModel({ tasks, target, lengths });
  const weights = selectFrom(model, "gamma");
  return {
    plain: { weights, objective: model.objective("gamma", weights) },
    plainCoverage: coverageOf(model, weights),
    stable: stableWithin({ tasks, target, lengths }, margin, model),
  };
}

/** What moving mass from an easy task to a hard one does to the whitened objective. */
export interface MovedMass {
  /** π(easy) before the move, above 1/β. */
  readonly easyWeight: number;
  /** λ_min of R = Σ π_l B_l - I. */
  readonly leastEigenvalue: number;
  /** β π(easy) - 1, which it is never below. */
  readonly floor: number;
  /** 2 tr(R (B_h - B_e)). */
  readonly slope: number;
  /** The difference quotient of the objective, which is quadratic. */
  readonly quotient: number;
  /** Of the hypotheses. */
  readonly report: theory.Proposition43Report;
  /** What the minimiser gives to the hard task. */
  readonly hardShare: number;
}

/**
 * The proof's two steps on a random instance that does not commute: B_e = βI + ZZᵀ/d, and B_h = ZZᵀ scaled to a trace of at most β.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function movedMass(params: { readonly d: number; readonly beta: number; readonly random: Random }): MovedMass {
  const check: Checks = new Checks("movedMass");
  const { d, beta, random } = params;
  check.integer("d", d, 2);
  check.positive("beta", beta);
  const target = randomCovariance(d, 0.2, random);
  const easy = randomCovariance(d, beta, random).matrix;
  const square = randomCovariance(d, 0, random).matrix;
  const hard = square.mul((beta * random.uniform()) / square.trace());
  const root = target.apply(Math.sqrt);
  const tasks = [easy, hard].map((B) => Covariance.fromMatrix(sandwich(root, B)));
  const easyWeight = (1 + 1 / beta) / 2;
  const R = Matrix.mul(easy, easyWeight)
    .add(Matrix.mul(hard, 1 - easyWeight))
    .sub(Matrix.eye(d, d));
  const setting = { tasks, target, form: "whitened" } as const;
  const objective = (t: number) => theory.selectionObjective({ ...setting, weights: [easyWeight - t, 1 - easyWeight + t] });
  const t = (1 - easyWeight) / 2;
  return {
    easyWeight,
    leastEigenvalue: Covariance.fromMatrix(R).lambdaMin,
    floor: beta * easyWeight - 1,
    slope: 2 * R.mmul(Matrix.sub(hard, easy)).trace(),
    quotient: (objective(t) - objective(-t)) / (2 * t),
    report: theory.examineProposition43({ tasks, target, easy: [0], beta }),
    hardShare: selection.selectTasks(setting).weights[1],
  };
}

/** A small whitened objective beside a large error. */
export interface WhitenedPitfall {
  readonly whitened: number;
  readonly printed: number;
  /** The bound that a printed objective of that size would give at k = 1. */
  readonly misused: number;
  /** That bound times cond Σ. */
  readonly bound: number;
  /** ‖I - Γ⁻¹Σ‖_F², the error after one step. */
  readonly error: number;
}

/**
 * Σ = diag(1, 10⁻⁴) and one task, Σ^½ (I + 0.1 (e₁e₂ᵀ + e₂e₁ᵀ)) Σ^½, of endless prompts: its whitened objective is 0.02, and after a step the
 * error is larger than at the start.
 * @origin ours
 */
export function whitenedPitfall(): WhitenedPitfall {
  const target = Covariance.diagonal([1, 1e-4]);
  const tasks = [
    Covariance.fromMatrix([
      [1, 1e-3],
      [1e-3, 1e-4],
    ]),
  ];
  const setting = { tasks, target, weights: [1] };
  const whitened = theory.selectionObjective({ ...setting, form: "whitened" });
  return {
    whitened,
    printed: theory.selectionObjective(setting),
    misused: theory.selectionErrorBound({ objective: whitened, form: "paper", k: 1 }),
    bound: theory.selectionErrorBound({ objective: whitened, form: "whitened", target, k: 1 }),
    error: theory.mixtureLimitError({ ...setting, lengths: Number.POSITIVE_INFINITY, k: 1 }),
  };
}

/** The k-step error of three choices in one pool, m = ∞, as logarithms. */
export interface AgainstErrorOptimum {
  readonly plain: number;
  /** Undefined where no mixture meets the constraint. */
  readonly stable: number | undefined;
  /** The direct minimisation of the error. */
  readonly found: selection.ErrorSelection;
}

/**
 * The program's choices beside the mixture of least error that a search finds.
 * @throws what `errorSelection` throws for arguments outside its domain
 * @origin ours
 */
export function againstErrorOptimum(
  pool: selection.SelectionSetting,
  { plain, stable }: PoolComparison,
  k: number,
  seed: number,
): AgainstErrorOptimum {
  const { tasks, target, lengths } = pool;
  const setting = { tasks, target, lengths, k };
  const logError = (weights: Float64Array) => theory.logMixtureLimitError({ ...setting, weights });
  return {
    plain: logError(plain.weights),
    stable: stable && logError(stable.weights),
    found: selection.errorSelection({ ...setting, maxIterations: 500, seed }),
  };
}

/** A task's weight in the choice from examples, and how it moves when they are drawn again. */
export interface ResampledWeight {
  readonly task: TaskType;
  readonly weight: number;
  readonly low: number;
  readonly high: number;
  /** Share of the resamples in which the task is chosen. */
  readonly support: number;
}

/**
 * The bootstrap of the selection on Γ, from N examples of each task and of the target.
 * @throws what `bootstrapSelection` throws for arguments outside its domain
 * @origin ours
 */
export function resampledWeights(pool: TaskPool, examples: number, resamples: number, random: Random): ResampledWeight[] {
  const draw = (covariance: Covariance, name: number | string) => model.sampleInputs(covariance, examples, random.stream(name));
  const { weights, low, high, support } = bootstrapSelection({
    samples: pool.tasks.map(draw),
    targetSamples: draw(pool.target, "target"),
    lengths: pool.lengths,
    form: "gamma",
    replicates: resamples,
    random: random.stream("again"),
  });
  return pool.types.map((task, l) => ({ task, weight: weights[l], low: low[l], high: high[l], support: support[l] }));
}
