/** @file Selection that can be iterated: the program under Γ ⪰ (½ + margin)Σ. Ours. */

import { Matrix } from "ml-matrix";
import { bisect } from "../core/bisection";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { rowMajor } from "../linalg/layout";
import { spectrumOf } from "../linalg/spectrum";
import { sandwich, toMatrix } from "../model/covariance";
import { gammaMatrix } from "../model/gamma";
import { mix } from "../model/mixture";
import type { SimplexQpResult } from "../optimize/qpResult";
import { simplexQp } from "../optimize/simplexQp";
import { SELECTION_FORMS, type SelectionForm } from "../theory/paper/selectionProgram";
import { coverageOf } from "./coverage";
import { vertex } from "./errorSelection";
import { MixtureModel, type SelectionSetting, withoutResidues } from "./mixtureModel";

/**
 * Which pivot must cover the target:
 * - "per-prompt": Γ_mix = M̄Λ̄^{-1}, what a model learns whose prompts come from one task each;
 * - "mean-gamma": Σ π_l Γ_l, the pivot that the "gamma" objectives compare with Σ;
 * - "mean-covariance": Λ̄ = Σ π_l Λ_l, what mixing per token learns from endless prompts: the pivot in the paper's objective.
 */
export type StablePivot = "per-prompt" | "mean-gamma" | "mean-covariance";
const PIVOTS: readonly StablePivot[] = ["per-prompt", "mean-gamma", "mean-covariance"];

/** A selection with a coverage constraint. */
export interface StableSelectionParams extends SelectionSetting {
  /** The objective; default "paper". */
  readonly form?: SelectionForm;
  /** How far above ½ the coverage must lie; in [0, 10]; default 0.3. See `promptMargin` for finite prompts. */
  readonly margin?: number;
  /** κ: the share of Σ that Λ̄ must cover, Λ̄ ⪰ κΣ; in [0, 1]; default 0.01. With 0 a direction may be left out, and its error stays. */
  readonly cover?: number;
  /** Which pivot is constrained; default "per-prompt". */
  readonly pivot?: StablePivot;
  /** Rounds of cutting at most; integer >= 1; default 200. */
  readonly maxRounds?: number;
  /** Largest violation, in units of the whitened constraint; in (0, 0.01]; default 1e-8. */
  readonly tolerance?: number;
  /** Throw unless the status is "optimal"; default true. */
  readonly throwOnFailure?: boolean;
}

/** How a stable selection ended. */
export type StableSelectionStatus = "optimal" | "infeasible" | "round-limit";

/** The outcome of `stableSelection`. */
export interface StableSelection {
  /** π, (L,); weights below 1e-9 are set to 0. When infeasible: the mixture at which the search stopped, which violates the cuts least. */
  readonly weights: Float64Array;
  /** The objective at π. */
  readonly objective: number;
  /** How the selection ended. */
  readonly status: StableSelectionStatus;
  /** How good π is. */
  readonly certificate: {
    /** λ_min of the whitened constraints at π: >= -tolerance when "optimal". */
    readonly slack: number;
    /** No mixture that satisfies the constraint has a smaller objective than this. */
    readonly lowerBound: number;
    /** Directions v, (d,) or (2d,), in which a constraint presses, in whitened coordinates, largest multiplier first; empty when infeasible. */
    readonly binding: readonly { readonly direction: Float64Array; readonly multiplier: number; readonly constraint: "pivot" | "cover" }[];
  };
  /** Coverage of the mixture that is learned per prompt; see `mixtureCoverage`. NaN when it learns nothing in some direction. */
  readonly coverage: number;
  /** Spectral radius of I - Γ_mix^{-1}Σ, mixing per prompt; NaN as above. */
  readonly growth: number;
  /**
   * True when the constraint is exactly the margin (symmetric pivots, or all matrices diagonal), so that "infeasible" says that no mixture
   * has it; false when it is only sufficient, and a mixture may converge although no one meets it.
   */
  readonly exact: boolean;
  /** Programs solved. */
  readonly rounds: number;
  /** Linear constraints in the last program. */
  readonly cuts: number;
}

/** Thrown when no stable mixture was found; carries all there is. */
export class StableSelectionError extends Error {
  override readonly name = "StableSelectionError";
  /** The outcome, as `throwOnFailure: false` would return it. */
  readonly result: StableSelection;

  constructor(result: StableSelection, margin: number) {
    const cause =
      result.status === "infeasible"
        ? result.exact
          ? `no mixture of these tasks reaches a margin of ${margin}: in some direction all are too weak. Add a task that covers it, or lower the margin (largestMargin)`
          : `no mixture of these tasks meets the sufficient condition for a margin of ${margin}. Where tasks and target do not commute it is not necessary: a mixture may converge all the same (see errorSelection and mixtureCoverage, or the other pivots). Otherwise add a task that covers the target, or lower the margin (largestMargin)`
        : `the round limit was reached with slack ${result.certificate.slack}. Raise maxRounds or tolerance`;
    super(`stableSelection: ${cause}`);
    this.result = result;
  }
}

/**
 * The mixture of least objective among those that can be iterated.
 * min over π of ‖I - Σ_l π_l C_l‖_F²  subject to  Γ(π) ⪰ τΣ and Λ̄ ⪰ κΣ,  τ = ½ + margin
 * $$ \min_{\pi \in \Delta} \Big\|I - \sum_l \pi_l C_l\Big\|_F^2 \quad\text{s.t.}\quad \Gamma(\pi) \succeq \tau\Sigma, \;
 *    \bar\Lambda \succeq \kappa\Sigma, \quad \tau = \tfrac12 + \text{margin} $$
 * Γ(π) is the pivot, see {@link StablePivot}. The second constraint is needed because a mixture that leaves out all tasks covering a direction, and
 * learns nothing there, can meet the first. "per-prompt" is not linear in π: where tasks and target do not commute it is replaced by a matrix
 * inequality in 2d dimensions that makes every step contract but is not necessary. "infeasible" then says that no mixture meets it, NOT that no
 * mixture converges: {@link errorSelection} may find one, and {@link mixtureCoverage} tells (growth < 1).
 * Method: cutting planes; each program is a relaxation, so the first solution that meets the constraints is the optimum. Many rounds when they
 * press in several directions that do not commute.
 * @param params the tasks, constraints and limits, field by field at {@link StableSelectionParams}
 * @throws StableSelectionError unless the status is "optimal"; HypothesisError when Σ is singular; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const [tasks, target] = [[[2, 0.5], [0.5, 1]].map(cot.Covariance.diagonal), cot.Covariance.diagonal([1, 1])];
 * cot.selection.stableSelection({ tasks, target, lengths: 20, margin: 0.5 }).weights; // => [0.3, 0.7]
 */
export function stableSelection(params: StableSelectionParams): StableSelection {
  argumentsOf("stableSelection", params);
  const check: Checks = new Checks("stableSelection");
  const { form = "paper", margin = 0.3, cover = 0.01, pivot = "per-prompt", ...rest } = params;
  const { maxRounds = 200, tolerance = 1e-8, throwOnFailure = true, ...setting } = rest;
  check.interval("margin", margin, 0, 10);
  check.interval("cover", cover, 0, 1);
  check.oneOf("pivot", pivot, PIVOTS);
  check.integer("maxRounds", maxRounds, 1);
  check.interval("tolerance", tolerance, Number.MIN_VALUE, 0.01);
  const model = inNameOf(check.fn, () => new MixtureModel(setting));
  check.oneOf("form", form, SELECTION_FORMS);
  const result = stableFrom(model, { form, margin, cover, pivot, maxRounds, tolerance });
  if (result.status !== "optimal" && throwOnFailure) throw new StableSelectionError(result, margin);
  return result;
}

/** The same for a prepared model, without checks and without throwing. */
export function stableFrom(
  model: MixtureModel,
  options: { form: SelectionForm; margin: number; cover?: number; pivot?: StablePivot; maxRounds?: number; tolerance?: number },
): StableSelection {
  const { form, margin, cover = 0.01, pivot = "per-prompt", maxRounds = 200, tolerance = 1e-8 } = options;
  const program = model.program(form);
  const found = cuttingPlanes(constraintBlocks(model, pivot, 0.5 + margin, cover), program, maxRounds, tolerance);
  const { weights, certificate, status, rounds, cuts } = found;
  return {
    weights,
    status,
    rounds,
    cuts,
    exact: isExact(model, pivot),
    objective: model.objective(form, weights),
    ...learnedCoverage(model, weights),
    certificate: { ...certificate, lowerBound: certificate.lowerBound + program.constant },
  };
}

/**
 * The largest margin for which some mixture meets the constraint of {@link stableSelection}, to within 1e-4, at most 10, by bisection.
 * It is negative when the constraint cannot be met with margin 0, -0.5 when with none. For "per-prompt" and matrices that do not commute the
 * constraint is only sufficient: a mixture may converge, or have a larger coverage, whatever this says.
 * @param params tasks Λ_l, L of (d, d); target Σ, (d, d); lengths n_l >= 1; pivot = "per-prompt"; cover = 0.01; maxRounds = 200; tolerance = 1e-6
 * @throws HypothesisError when Σ is singular; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const [tasks, target] = [[[2, 0.5], [0.5, 2]].map(cot.Covariance.diagonal), cot.Covariance.diagonal([1, 1])];
 * cot.selection.largestMargin({ tasks, target, lengths: 20 }); // => 1.41
 */
export function largestMargin(params: Omit<StableSelectionParams, "margin" | "form" | "throwOnFailure">): number {
  argumentsOf("largestMargin", params);
  const check: Checks = new Checks("largestMargin");
  const { pivot = "per-prompt", cover = 0.01, maxRounds = 200, tolerance = 1e-6, ...setting } = params;
  check.interval("cover", cover, 0, 1);
  check.oneOf("pivot", pivot, PIVOTS);
  check.integer("maxRounds", maxRounds, 1);
  check.interval("tolerance", tolerance, Number.MIN_VALUE, 0.01);
  const model = inNameOf(check.fn, () => new MixtureModel(setting));
  // Any strictly convex objective will do; the cuts found at one margin are good ones at the next.
  const norm = { H: Matrix.eye(model.count, model.count), c: new Float64Array(model.count) };
  let known: readonly KnownDirection[] = [];
  const refused = (margin: number): boolean => {
    const blocks = constraintBlocks(model, pivot, 0.5 + margin, cover);
    const { status, directions } = cuttingPlanes(blocks, norm, maxRounds, tolerance, known);
    known = directions;
    return status !== "optimal";
  };
  return bisect(refused, -0.5, 10, 1e-4).no;
}

/** Whether the constraint is necessary for its margin too. */
function isExact(model: MixtureModel, pivot: StablePivot): boolean {
  return model.diagonal || pivot !== "per-prompt";
}

/** A direction of a cut, and the place of its block. */
interface KnownDirection {
  readonly place: number;
  readonly direction: Float64Array;
}

/** Σ π_l F_l ⪰ 0, whitened so that entries have no unit: diagonals, (d,), or symmetric matrices, row-major (d, d). */
interface Block {
  readonly constraint: "pivot" | "cover";
  readonly d: number;
  readonly diagonal: boolean;
  readonly terms: readonly Float64Array[];
}

function constraintBlocks(model: MixtureModel, pivot: StablePivot, tau: number, cover: number): Block[] {
  // Λ̄ ⪰ κΣ is the constraint on the pivot Λ̄ with κ for τ.
  const blocks: Block[] = [pivotBlock(model, pivot, tau), { ...pivotBlock(model, "mean-covariance", cover), constraint: "cover" }];
  if (!isExact(model, pivot)) blocks.push(contractionBlock(model, tau));
  return blocks;
}

/**
 * The inequality in 2d dimensions under which every step contracts, each block of it between two Σ^{-1}:
 * $$ \begin{pmatrix} \Sigma\bar\Lambda + \bar\Lambda\Sigma & \sqrt{2\tau}\,\bar\Lambda\Sigma \\
 *    \sqrt{2\tau}\,\Sigma\bar\Lambda & \bar M \end{pmatrix} \succeq 0 $$
 * Derivation. A step at m = ∞ is e ← (I - Λ̄M̄^{-1}Σ)e. For g = M̄^{-1/2}Σe it is g ← (I - K)g with K = M̄^{-1/2}ΣΛ̄M̄^{-1/2}, and
 * ‖(I - K)g‖² = ‖g‖² - gᵀ(K + Kᵀ - KᵀK)g. Let K + Kᵀ ⪰ 2τKᵀK. Then ‖(I - K)g‖² <= ‖g‖² - (2τ - 1)‖Kg‖²: for τ > ½ every step contracts in
 * this norm, K being invertible. Multiplied by M̄^{1/2} on both sides it is ΣΛ̄ + Λ̄Σ ⪰ 2τ Λ̄Σ M̄^{-1} ΣΛ̄, whose Schur complement is the
 * inequality. It implies M̄ ⪰ ½τ(ΣΛ̄ + Λ̄Σ) (‖K‖ <= 1/τ), the pivot's block, whose cuts are used beside its own because they are exact
 * where everything commutes in a rotated basis. Of random 3x3 tasks a good part of the refusals are of the kind that converges all the same
 * (`refusalTrial`).
 */
function contractionBlock(model: MixtureModel, tau: number): Block {
  const { d } = model;
  const inverse = model.target.inverse();
  const terms = model.tasks.map((task, l) => {
    const side = inverse.mmul(task.matrix);
    const whole = Matrix.zeros(2 * d, 2 * d);
    whole.setSubMatrix(Matrix.add(side, side.transpose()), 0, 0);
    whole.setSubMatrix(Matrix.mul(side, Math.sqrt(2 * tau)), 0, d);
    whole.setSubMatrix(Matrix.mul(side.transpose(), Math.sqrt(2 * tau)), d, 0);
    whole.setSubMatrix(sandwich(inverse, toMatrix(model.moments[l].second, d)), d, d);
    return rowMajor(whole);
  });
  return { constraint: "pivot", d: 2 * d, diagonal: false, terms };
}

function pivotBlock(model: MixtureModel, pivot: StablePivot, tau: number): Block {
  const { d, diagonal, sigma } = model;
  const perPrompt = pivot === "per-prompt";
  const lengthOf = (l: number) => (pivot === "mean-covariance" ? Number.POSITIVE_INFINITY : model.lengths[l]);
  if (diagonal) {
    const terms = model.tasks.map((task, l) => {
      const n = lengthOf(l);
      return model.moments[l].first.map((lambda, i) => {
        const excess = ((1 + 1 / n) * lambda + task.trace / n) / sigma[i] - tau;
        return perPrompt ? (excess * lambda) / sigma[i] : excess;
      });
    });
    return { constraint: "pivot", d, diagonal, terms };
  }
  const Sigma = model.target.matrix;
  const whitener = model.target.apply((value) => (perPrompt ? 1 / value : 1 / Math.sqrt(value)));
  const terms = model.tasks.map((task, l) => {
    const gamma = gammaMatrix({ covariance: task, n: lengthOf(l) }).matrix;
    const raw = perPrompt
      ? Matrix.sub(task.matrix.mmul(gamma), Matrix.mul(Sigma.mmul(task.matrix).add(task.matrix.mmul(Sigma)), tau / 2))
      : Matrix.sub(gamma, Matrix.mul(Sigma, tau));
    return rowMajor(sandwich(whitener, raw));
  });
  return { constraint: "pivot", d, diagonal, terms };
}

/** vᵀ(Σ π_l F_l)v >= 0 for one v. */
interface Cut {
  readonly block: Block;
  readonly direction: Float64Array;
  /** -vᵀF_l v for each task, (L,). */
  readonly row: Float64Array;
}

function cuttingPlanes(
  blocks: readonly Block[],
  { H, c }: { H: Matrix; c: ArrayLike<number> },
  maxRounds: number,
  tolerance: number,
  known: readonly KnownDirection[] = [],
) {
  const check: Checks = new Checks("stableSelection");
  // Coordinate directions are the whole constraint in the diagonal case, and a start otherwise.
  const cuts: Cut[] = blocks.flatMap((block) => Array.from({ length: block.d }, (_, i) => cut(block, vertex(block.d, i))));
  cuts.push(...known.map(({ place, direction }) => cut(blocks[place], direction)));
  const first = cuts.length - known.length;
  let pressed: readonly Cut[] = [];
  let lowerBound = Number.NEGATIVE_INFINITY;
  for (let rounds = 1; ; rounds++) {
    const { solution, used } = solveWithCuts({ H, c }, cuts, pressed, tolerance);
    const infeasible = solution.status === "infeasible";
    if (!infeasible && solution.status !== "optimal") check.fail("the program", "solvable in double precision", solution.message);
    if (!infeasible) lowerBound = Math.max(lowerBound, solution.objective - Math.max(0, solution.certificate.gap));
    const weights = withoutResidues(solution.x);
    const found = blocks.map((block) => ({ block, ...eigen(mix(block.terms, weights), block.d, block.diagonal) }));
    const slack = Math.min(...found.map(({ values }) => Math.min(...values)));
    if (infeasible || slack >= -tolerance || blocks[0].diagonal || rounds === maxRounds) {
      const status: StableSelectionStatus = infeasible ? "infeasible" : slack >= -tolerance ? "optimal" : "round-limit";
      return {
        weights,
        status,
        certificate: { slack, lowerBound: infeasible ? Number.POSITIVE_INFINITY : lowerBound, binding: pressing(used, solution) },
        rounds,
        cuts: cuts.length,
        directions: cuts.slice(first).map(({ block, direction }) => ({ place: blocks.indexOf(block), direction })),
      };
    }
    pressed = used.filter((_, i) => solution.multipliers.inequalities[i] > 0);
    for (const { block, values, vectors } of found) {
      for (const [i, direction] of vectors.entries()) if (values[i] < -tolerance / 2) cuts.push(cut(block, direction));
    }
  }
}

function cut(block: Block, direction: Float64Array): Cut {
  return { block, direction, row: Float64Array.from(block.terms, (term) => -quadraticForm(term, direction, block.diagonal)) };
}

/**
 * The program under all cuts, from those in `start` on: few press, and a solve costs the cube of the cuts it is given, so the others are
 * added only when the solution violates them.
 */
function solveWithCuts(program: { H: Matrix; c: ArrayLike<number> }, cuts: readonly Cut[], start: readonly Cut[], tolerance: number) {
  const used = [...start];
  for (;;) {
    const rows = used.map(({ row }) => row);
    const constraints = rows.length === 0 ? {} : { inequalities: { G: new Matrix(rows), h: new Float64Array(rows.length) } };
    const solution = simplexQp({ ...program, ...constraints }, { assumeConvex: true, throwOnFailure: false });
    if (solution.status !== "optimal") return { solution, used };
    const excess = (candidate: Cut) => candidate.row.reduce((sum, value, l) => sum + value * solution.x[l], 0);
    const violated = cuts
      .filter((candidate) => !used.includes(candidate))
      .map((candidate) => ({ candidate, by: excess(candidate) }))
      .filter(({ by }) => by > tolerance / 8);
    if (violated.length === 0) return { solution, used };
    // No more can press at once than there are weights: of many, the most violated.
    const most = solution.x.length;
    const added = violated.length > most ? violated.sort((a, b) => b.by - a.by).slice(0, most) : violated;
    used.push(...added.map(({ candidate }) => candidate));
  }
}

function pressing(cuts: readonly Cut[], { multipliers }: SimplexQpResult) {
  return cuts
    .map(({ block, direction }, i) => ({ direction, multiplier: multipliers.inequalities[i] ?? 0, constraint: block.constraint }))
    .filter(({ multiplier }) => multiplier > 0)
    .sort((a, b) => b.multiplier - a.multiplier);
}

function learnedCoverage(model: MixtureModel, weights: Float64Array): { coverage: number; growth: number } {
  try {
    return coverageOf(model, weights);
  } catch (error) {
    if (error instanceof RangeError) return { coverage: Number.NaN, growth: Number.NaN };
    throw error;
  }
}

function eigen(matrix: Float64Array, d: number, diagonal: boolean): { values: Float64Array; vectors: Float64Array[] } {
  if (diagonal) return { values: matrix, vectors: [] };
  const { values, vectors } = spectrumOf(toMatrix(matrix, d));
  return { values, vectors: Array.from(values, (_, i) => Float64Array.from(vectors.getColumn(i))) };
}

function quadraticForm(matrix: Float64Array, v: Float64Array, diagonal: boolean): number {
  const d = v.length;
  let sum = 0;
  for (let i = 0; i < d; i++) {
    if (v[i] === 0) continue;
    if (diagonal) sum += v[i] * matrix[i] * v[i];
    else for (let j = 0; j < d; j++) sum += v[i] * matrix[i * d + j] * v[j];
  }
  return sum;
}
