/** @file Proposition 4.3: how much of the best mixture goes to hard tasks. A reconstruction, with its proof. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, HypothesisError } from "../../core/check";
import { spectrumOf } from "../../linalg/spectrum";
import { quadraticForm } from "../../model/covariance";
import { checkSelection, type SelectionParams, whitenedTasks } from "./selectionProgram";

const RESULT = "Proposition 4.3";
/** Violations of a matrix inequality below this share of the largest ‖B_l‖ are taken for rounding. */
const ORDER_TOLERANCE = 1e-12;

/** Tasks, a target, and a division of the tasks into easy and hard ones. */
export interface Proposition43Params extends Pick<SelectionParams, "tasks" | "target"> {
  /** The indices of the easy tasks; at least one, without repetition. All other tasks are the hard ones. */
  readonly easy: readonly number[];
  /** β > 1: how far the easy tasks exceed the target. */
  readonly beta: number;
  /** Iterations of the search for the combinations of H2; integer >= 1; default 2000. */
  readonly maxIterations?: number;
}

/** What is known of the hypotheses. */
export interface Proposition43Report {
  /** H1: λ_min(B_e) >= β for every easy task. */
  readonly h1: boolean;
  /** λ_min(B_e) for each easy task, in the order of `easy`, dimensionless. */
  readonly easyMargins: Float64Array;
  /** H2: "holds" with witnesses, "fails" with proof (a dual certificate), or "undecided" when the search ran out. */
  readonly h2: "holds" | "fails" | "undecided";
  /** For each easy task, in the order of `easy`, weights over all tasks (0 on easy ones) of a combination B_h ⪯ B_e; null when none was found. */
  readonly witnesses: readonly (Float64Array | null)[];
  /** 1 - 1/β when H1 and H2 hold; null otherwise. */
  readonly hardShare: number | null;
}

/**
 * The share that hard tasks get at least: 1 - 1/β; half for β = 2.
 * @throws RangeError unless β > 1
 */
export function guaranteedHardShare(beta: number): number {
  checkBeta(new Checks("guaranteedHardShare"), beta);
  return 1 - 1 / beta;
}

/**
 * Proposition 4.3 as reconstructed: the share of the hard tasks in every minimiser of the whitened task-selection program is at least this.
 * π(hard) ≥ 1 - 1/β
 * The program is Q(π) = ‖I - Σ π_l B_l‖_F², B_l = Σ^(-1/2) Λ_l Σ^(-1/2): the paper's when Σ commutes with all Λ_l. Hypotheses, without
 * which the paper's "at least half" is false: (H1) B_e ⪰ βI for every easy e; (H2) for every easy e, some convex combination B_h of
 * hard tasks has B_h ⪯ B_e, B_h ≠ B_e.
 * Proof. If π(easy) > 1/β, then R = Σ π_l B_l - I ⪰ (β π(easy) - 1) I ≻ 0 by H1. Moving mass t from an easy e with π_e > 0 to its B_h gives
 * dQ/dt = 2 tr(R (B_h - B_e)) < 0
 * $$ dQ/dt = 2\,\mathrm{tr}\big(R (B_h - B_e)\big) < 0 $$
 * since B_e - B_h is positive semidefinite and not 0: π is no minimiser. ∎ Tight: 2I and εI with Σ = I, β = 2 give 1/2 + O(ε).
 * @param params tasks Λ_l, L of (d, d); target Σ; easy, their indices; beta > 1; maxIterations = 2000, of the search for H2
 * @throws HypothesisError when H1 or H2 fails, H2 is undecided, or Σ is singular; TypeError or RangeError outside the domain
 * @origin paper, Proposition 4.3 (the claim "at least half"); hypotheses, β and proof are ours
 * @example
 * const [tasks, target] = [[cot.Covariance.diagonal([2, 2]), cot.Covariance.diagonal([1, 0.1])], cot.Covariance.diagonal([1, 1])];
 * cot.theory.proposition43({ tasks, target, easy: [0], beta: 2 }); // => 0.5
 */
export function proposition43(params: Proposition43Params): number {
  argumentsOf("proposition43", params);
  const check: Checks = new Checks("proposition43");
  const report = examine(check, params);
  if (!report.h1) {
    const worst = report.easyMargins.reduce((min, margin) => Math.min(min, margin), Number.POSITIVE_INFINITY);
    const rule = `at least beta = ${params.beta} times the target, by λ_min(Σ^{-1/2}ΛΣ^{-1/2}), for ${RESULT}`;
    check.refuse(RESULT, "H1: easy tasks exceed the target by the factor beta", "easy tasks", rule, worst);
  }
  if (report.hardShare === null) {
    const e = params.easy[report.witnesses.indexOf(null)];
    const found = report.h2 === "fails" ? "a proof that there is none" : "none within maxIterations";
    const message = `${check.fn}: hard tasks must have a combination below easy task ${e} for ${RESULT}, got ${found}`;
    throw new HypothesisError(RESULT, "H2: a combination of hard tasks lies below each easy task", message);
  }
  return report.hardShare;
}

/**
 * Examines the hypotheses of {@link proposition43} without throwing when they fail.
 * H2 is tried on single hard tasks, then on combinations by a multiplicative-weights game between the combination and the direction in which
 * it exceeds B_e, whose average proves failure when every hard task exceeds B_e in it. Near the border it may end "undecided".
 * @param params tasks Λ_l, L of (d, d); target Σ; easy, their indices; beta > 1; maxIterations = 2000, of the search for H2
 * @throws HypothesisError when Σ is singular; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const [tasks, target] = [[cot.Covariance.diagonal([2, 2]), cot.Covariance.diagonal([1, 0.1])], cot.Covariance.diagonal([1, 1])];
 * cot.theory.examineProposition43({ tasks, target, easy: [0], beta: 2 }).easyMargins; // => [2]
 */
export function examineProposition43(params: Proposition43Params): Proposition43Report {
  argumentsOf("examineProposition43", params);
  return examine(new Checks("examineProposition43"), params);
}

/** A division of the tasks for which the proposition holds. */
export interface Proposition43Split {
  /** Indices of the easy tasks. */
  readonly easy: readonly number[];
  /** Indices of the hard tasks. */
  readonly hard: readonly number[];
  /** β = min λ_min(B_e) over the easy tasks. */
  readonly beta: number;
  /** 1 - 1/β: what every minimiser gives to the hard tasks. */
  readonly hardShare: number;
}

/**
 * Searches for divisions to which {@link proposition43} applies: those that call a task easy when λ_min(B_l) is at least a threshold β > 1.
 * @param params tasks Λ_l, L of (d, d); target Σ; maxIterations = 2000, of the search for H2
 * @returns the divisions for which H1 and H2 hold, fewest easy tasks first; empty when there is none
 * @throws HypothesisError when Σ is singular; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const [tasks, target] = [[cot.Covariance.diagonal([2, 2]), cot.Covariance.diagonal([1, 0.1])], cot.Covariance.diagonal([1, 1])];
 * cot.theory.proposition43Splits({ tasks, target }); // => [{ easy: [0], hard: [1], beta: 2, hardShare: 0.5 }]
 */
export function proposition43Splits(params: Omit<Proposition43Params, "easy" | "beta">): Proposition43Split[] {
  argumentsOf("proposition43Splits", params);
  const { whitened, maxIterations } = prepare(new Checks("proposition43Splits"), params);
  const margins = whitened.map((matrix) => smallestEigenpair(matrix).value);
  const order = margins.map((_, l) => l).sort((a, b) => margins[b] - margins[a]);
  const splits: Proposition43Split[] = [];
  for (let count = 1; count < order.length; count++) {
    const beta = margins[order[count - 1]];
    if (!(beta > 1)) break;
    if (margins[order[count]] === beta) continue; // a threshold does not part equals
    const easy = order.slice(0, count).sort((a, b) => a - b);
    const hard = order.slice(count).sort((a, b) => a - b);
    if (easy.every((e) => findBelow(whitened, e, hard, maxIterations).verdict === "holds")) {
      splits.push({ easy, hard, beta, hardShare: 1 - 1 / beta });
    }
  }
  return splits;
}

function examine(check: Checks, { easy, beta, ...params }: Proposition43Params): Proposition43Report {
  const { whitened, maxIterations } = prepare(check, params);
  checkBeta(check, beta);
  const count = whitened.length;
  if (!Array.isArray(easy) || easy.length === 0) check.fail("easy", "a non-empty array of task indices", easy);
  easy.forEach((e, i) => {
    check.integer(`easy[${i}]`, e, 0, count - 1);
    if (easy.indexOf(e) !== i) check.fail(`easy[${i}]`, "an index that was not given before", e);
  });
  const hard = whitened.map((_, l) => l).filter((l) => !easy.includes(l));
  const easyMargins = Float64Array.from(easy, (e) => smallestEigenpair(whitened[e]).value);
  const h1 = easyMargins.every((margin) => margin >= beta * (1 - ORDER_TOLERANCE));
  const found = easy.map((e) => findBelow(whitened, e, hard, maxIterations));
  const h2 = found.some(({ verdict }) => verdict === "fails")
    ? "fails"
    : found.every(({ verdict }) => verdict === "holds")
      ? "holds"
      : "undecided";
  return { h1, easyMargins, h2, witnesses: found.map(({ witness }) => witness), hardShare: h1 && h2 === "holds" ? 1 - 1 / beta : null };
}

function prepare(check: Checks, { tasks, target, maxIterations = 2000 }: Omit<Proposition43Params, "easy" | "beta">) {
  checkSelection(check, { tasks, target }, RESULT);
  check.integer("maxIterations", maxIterations, 1);
  const matrices = tasks.map((task) => task.matrix);
  return { whitened: whitenedTasks(target, matrices), maxIterations };
}

function checkBeta(check: Checks, beta: number): void {
  check.positive("beta", beta);
  if (beta <= 1) check.fail("beta", "a finite number > 1", beta);
}

interface Below {
  readonly verdict: "holds" | "fails" | "undecided";
  readonly witness: Float64Array | null;
}

/** Looks for weights q on the hard tasks with Σ q_h B_h ⪯ B_e and not equal to it. */
function findBelow(whitened: readonly Matrix[], e: number, hard: readonly number[], maxIterations: number): Below {
  if (hard.length === 0) return { verdict: "fails", witness: null };
  const goal = whitened[e];
  const scale = Math.max(goal.norm("frobenius"), ...hard.map((h) => whitened[h].norm("frobenius")));
  const slack = ORDER_TOLERANCE * scale;
  const gaps = hard.map((h) => Matrix.sub(goal, whitened[h]));
  const witness = (q: ArrayLike<number>) => {
    const weights = new Float64Array(whitened.length);
    for (const [i, h] of hard.entries()) weights[h] = q[i];
    return weights;
  };
  for (let i = 0; i < hard.length; i++) {
    if (gaps[i].norm("frobenius") > slack && smallestEigenpair(gaps[i]).value >= -slack) {
      return { verdict: "holds", witness: witness(hard.map((_, j) => (j === i ? 1 : 0))) };
    }
  }
  if (hard.length === 1) return { verdict: "fails", witness: null };
  return playGame(gaps, scale, slack, maxIterations, witness);
}

/** max over q of λ_min(Σ q_h (B_e - B_h)), from both sides. */
function playGame(
  gaps: readonly Matrix[],
  scale: number,
  slack: number,
  maxIterations: number,
  witness: (q: ArrayLike<number>) => Float64Array,
): Below {
  const count = gaps.length;
  const gain = new Float64Array(count); // Σ over rounds of vᵀ(B_e - B_h)v
  const average = new Float64Array(count);
  for (let round = 1; round <= maxIterations; round++) {
    const rate = Math.sqrt(Math.log(count) / round) / scale;
    const largest = gain.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
    const raw = gain.map((value) => Math.exp(rate * (value - largest)));
    const total = raw.reduce((sum, value) => sum + value, 0);
    const q = raw.map((value) => value / total);
    for (let i = 0; i < count; i++) average[i] += (q[i] - average[i]) / round;
    const pair = smallestEigenpair(combination(gaps, q));
    for (const candidate of [q, average]) {
      const gap = combination(gaps, candidate);
      if (gap.norm("frobenius") > slack && smallestEigenpair(gap).value >= -slack) {
        return { verdict: "holds", witness: witness(candidate) };
      }
    }
    for (let i = 0; i < count; i++) gain[i] += quadraticForm(gaps[i], pair.vector);
    // Weak duality: for every q, λ_min(Σ q_h gap_h) <= the mean of vᵀ gap v <= the largest mean gain.
    if (gain.every((value) => value / round < -slack)) return { verdict: "fails", witness: null };
  }
  return { verdict: "undecided", witness: null };
}

function combination(gaps: readonly Matrix[], q: ArrayLike<number>): Matrix {
  const sum = Matrix.zeros(gaps[0].rows, gaps[0].rows);
  for (const [i, gap] of gaps.entries()) sum.add(Matrix.mul(gap, q[i]));
  return sum;
}

function smallestEigenpair(matrix: Matrix): { value: number; vector: number[] } {
  const { values, vectors } = spectrumOf(matrix);
  const least = values.reduce((best, value, i) => (value < values[best] ? i : best), 0);
  return { value: values[least], vector: vectors.getColumn(least) };
}
