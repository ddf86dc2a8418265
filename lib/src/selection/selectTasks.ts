/** @file The paper's selection: the minimiser of its quadratic program. */
import { argumentsOf, inNameOf } from "../core/check";
import type { QpCertificate } from "../optimize/certificate";
import { simplexQp } from "../optimize/simplexQp";
import { type SelectionForm, type SelectionParams, selectionObjective, selectionProgram } from "../theory/paper/selectionProgram";
import { type MixtureModel, withoutResidues } from "./mixtureModel";

/** A chosen mixture. */
export interface Selection {
  /** π, (L,); weights below 1e-9 are set to 0. */
  readonly weights: Float64Array;
  /** The objective at π, from the residual matrix. */
  readonly objective: number;
  /** False when other mixtures are as good; then π is the one of least norm. */
  readonly unique: boolean;
  /** How good π is, recomputed from the statement of the program. */
  readonly certificate: QpCertificate;
}

/**
 * The mixture that the task-selection program chooses.
 * min over π of ‖I - Σ_l π_l C_l‖_F²,  C_l = Σ⁻¹Λ_l
 * C_l is the paper's; for others see {@link SelectionForm}. Convex. It does not see whether the mixture can be iterated: see {@link stableSelection}.
 * @param params tasks Λ_l, L of (d, d); target Σ, (d, d); form = "paper"; lengths? n_l >= 1 or Infinity, one or (L,), with the "gamma" forms only
 * @throws HypothesisError when Σ is singular; TypeError or RangeError outside the domain; SimplexQpError when unsolved
 * @origin paper, the quadratic program after Proposition 4.3
 * @example
 * const [tasks, target] = [[[2, 0.5], [0.5, 1]].map(cot.Covariance.diagonal), cot.Covariance.diagonal([1, 1])];
 * cot.selection.selectTasks({ tasks, target }).weights; // => [0.3, 0.7]
 */
export function selectTasks(params: SelectionParams): Selection {
  argumentsOf("selectTasks", params);
  const { H, c } = inNameOf("selectTasks", () => selectionProgram(params));
  const { x, unique, certificate } = simplexQp({ H, c }, { assumeConvex: true });
  const weights = withoutResidues(x);
  return { weights, objective: selectionObjective({ ...params, weights }), unique, certificate };
}

/** The same for a prepared model. */
export function selectFrom(model: MixtureModel, form: SelectionForm): Float64Array {
  const { H, c } = model.program(form);
  return withoutResidues(simplexQp({ H, c }, { assumeConvex: true }).x);
}
