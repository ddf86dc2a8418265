/** @file Where "at least half on hard tasks" fails, once a hypothesis of the reconstructed Proposition 4.3 is dropped. */
import { Covariance } from "cotlab/dist/model/covariance";
import type { SelectionForm } from "cotlab/dist/theory/paper/selectionProgram";

/** An instance whose best mixture gives the hard tasks less than Proposition 4.3 promises. */
export interface Proposition43Counterexample {
  /** Short name. */
  readonly name: string;
  /** Which hypothesis fails, and how. */
  readonly fails: string;
  /** Λ_l, of (d, d). */
  readonly tasks: readonly Covariance[];
  /** Σ, (d, d). */
  readonly target: Covariance;
  /** Indices of the tasks that one would call easy: the ones with the larger σ_min. */
  readonly easy: readonly number[];
  /** The objective that is minimised. */
  readonly form: SelectionForm;
  /** The minimiser π, (L,). */
  readonly weights: readonly number[];
}

/** Of two tasks the first is the easy one, and the minimiser of the printed objective takes it alone. */
const easyTakesAll = { easy: [0], form: "paper", weights: [1, 0] } as const;
const identity = Covariance.diagonal([1, 1]);

/**
 * Five instances in which the easy tasks take everything. In each the hard tasks are those with the smaller σ_min(Λ_l), as
 * in the paper's wording.
 * @origin ours
 */
export const proposition43Counterexamples: readonly Proposition43Counterexample[] = [
  {
    name: "an easy task that matches the target",
    fails: "H1: the easy task I does not exceed the target I by a factor β > 1, and is the target itself.",
    tasks: [identity, Covariance.diagonal([1, 0.1])],
    target: identity,
    ...easyTakesAll,
  },
  {
    name: "a hard task that is stronger elsewhere",
    fails: "H2: the hard task diag(4, 0.01) is weaker than 2I in one direction and stronger in the other, so it is not below 2I.",
    tasks: [Covariance.diagonal([2, 2]), Covariance.diagonal([4, 0.01])],
    target: identity,
    ...easyTakesAll,
  },
  {
    name: "tasks of equal trace",
    fails: "H1 and H2: normalised to one trace, no task exceeds another in every direction.",
    tasks: [Covariance.diagonal([1, 1, 1, 1]), Covariance.diagonal([2.8, 0.8, 0.36, 0.04])],
    target: Covariance.diagonal([1, 1, 1, 1]),
    ...easyTakesAll,
  },
  {
    name: "tasks that all fall short of the target",
    fails: "H1: when every task is weaker than the target, the strongest (easy) one is the closest.",
    tasks: [Covariance.diagonal([0.9, 0.9]), Covariance.diagonal([0.9, 0.1])],
    target: identity,
    ...easyTakesAll,
  },
  {
    name: "the printed norm with a target that does not commute",
    fails: "the objective: H1 (β = 2) and H2 hold for the whitened tasks, but ‖I - Σ⁻¹ΣπΛ‖ is not the whitened norm.",
    tasks: [
      Covariance.fromMatrix([
        [3, -1],
        [-1, 1.5],
      ]),
      Covariance.fromMatrix([
        [2, -1.5],
        [-1.5, 1.25],
      ]),
    ],
    target: Covariance.diagonal([1, 0.25]),
    ...easyTakesAll,
  },
];
