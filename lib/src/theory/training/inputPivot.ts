/** @file What training sees of inputs that are not normal, held to sampled prompts. */
import { Covariance } from "../../model/covariance";
import { type InputGammaParams, inputGamma } from "../../model/inputGamma";
import { regressionPairSampler } from "../../model/regressionPair";
import { ownTheorem } from "../theorem";

const tilted = /* @__PURE__ */ Covariance.diagonal([1, 0.5, 0.25]);
const full = /* @__PURE__ */ Covariance.fromMatrix([
  [0.9, -0.2],
  [-0.2, 0.6],
]);

/** The curvature of the training loss, tr(ΛΓ) = E ‖g‖² with g = S_n w: the matrix ΛΓ and the slope Λ give the optimum Γ⁻¹. */
export const inputPivotTheorem = /* @__PURE__ */ ownTheorem<InputGammaParams>(() => ({
  id: "input-pivot",
  source: "ours",
  statement: String.raw`$E\,g g^\top = \Lambda\Gamma$ for $g = X y/n$, with $\Gamma = (1+\frac{2\rho-1}{n})\Lambda + \frac{\rho\,\mathrm{tr}\Lambda}{n}I$ for elliptical inputs and $(1+\frac{1+\kappa}{n})\Lambda + \frac{\mathrm{tr}\Lambda}{n}I$ for independent coordinates`,
  paper: "Γ for normal inputs.",
  ours: "Γ for inputs of any fourth moments; for elliptical ones hardness is multiplied by about ρ.",
  kind: "equality",
  predict: (params) => {
    const gamma = inputGamma(params).matrix;
    return params.covariance.matrix.mmul(gamma).trace();
  },
  sampler: ({ covariance, n, noise, inputs }) => {
    const { d } = covariance;
    const draw = regressionPairSampler({ covariance, n, noise, inputs });
    const [w, g] = [new Float64Array(d), new Float64Array(d)];
    return (random) => {
      draw(random, w, g);
      return g.reduce((sum, value) => sum + value * value, 0);
    };
  },
  cases: [
    { covariance: tilted, n: 5, inputs: { kind: "normal" } },
    { covariance: full, n: 6, inputs: { kind: "student", degrees: 12 } },
    { covariance: tilted, n: 5, inputs: { kind: "laplace" } },
    { covariance: tilted, n: 5, inputs: { kind: "rademacher" }, noise: 0.5 },
    { covariance: tilted, n: 5, inputs: { kind: "uniform" } },
  ],
}));
