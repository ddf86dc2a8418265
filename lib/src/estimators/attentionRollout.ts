/** @file Chain of thought by the layer itself, as an estimator. */
import type { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { checkBlock, checkScale } from "../model/block";
import { rollout } from "../model/chainOfThought";
import type { Examples } from "../model/embedding";
import { structuredParameters } from "../model/linearSelfAttention";
import { checkFits, checkPrompt, type Estimator } from "./estimator";

/**
 * Chain of thought by the layer itself: f_LSA applied again and again to the embedding. The same numbers as
 * {@link chainOfThought} with A = -c V31, to rounding; slower, and without its formula.
 * @param params V31: the trained block, (d, d), units of 1/(c x²); c: scale of the key-query matrix, finite and non-zero
 * @throws RangeError outside the domain, when V31 does not fit the prompt, or an estimate overflows
 * @origin paper, design 2
 * @example
 * const layer = cot.estimators.attentionRollout({ V31: Matrix.eye(2, 2, -0.5), c: 1 });
 * layer.estimate({ X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] }, 2); // => [[0, 0], [0.25, 1], [0.4375, 1]]
 */
export function attentionRollout(params: { readonly V31: Matrix; readonly c: number }): Estimator {
  const { V31, c } = argumentsOf("attentionRollout", params);
  const check: Checks = new Checks("attentionRollout");
  checkBlock(check, "V31", V31);
  checkScale(check, c);
  const parameters = structuredParameters({ V31, c });
  return {
    name: "f_LSA rollout",
    spec: { estimator: "attention-rollout", options: { V31: V31.to2DArray(), c } },
    estimate(prompt: Examples, steps: number): Float64Array[] {
      checkPrompt(check, prompt, steps);
      checkFits(check, "V31", V31, prompt.X.rows);
      return inNameOf(check.fn, () => rollout(prompt, parameters, { steps }));
    },
  };
}
