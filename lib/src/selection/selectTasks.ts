/** @file The paper's selection: the minimiser of its quadratic program. */
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
 * $$ \min_{\pi \in \Delta} \Big\|I - \sum_l \pi_l C_l\Big\|_F^2 $$
 * with C_l = Σ^{-1}Λ_l (the paper's), or as `SelectionForm` says. Convex; solved by `simplexQp`. It does not see whether the
 * mixture can be iterated: see `stableSelection`.
 * @throws HypothesisError when Σ is singular; TypeError or RangeError outside the domain; SimplexQpError when unsolved
 * @origin paper, the quadratic program after Proposition 4.3
 */
export function selectTasks(params: SelectionParams): Selection {
  const { H, c } = selectionProgram(params);
  const { x, unique, certificate } = simplexQp({ H, c }, { assumeConvex: true });
  const weights = withoutResidues(x);
  return { weights, objective: selectionObjective({ ...params, weights }), unique, certificate };
}

/** The same for a prepared model. */
export function selectFrom(model: MixtureModel, form: SelectionForm): Float64Array {
  const { H, c } = model.program(form);
  return withoutResidues(simplexQp({ H, c }, { assumeConvex: true }).x);
}
