/** @file Inputs that are not normal: how they are drawn, and the fourth moments that training sees of them. */
import { Checks, HypothesisError } from "../core/check";
import type { Random } from "../core/random";
import type { Covariance } from "./covariance";

/**
 * The law of the inputs x, of a given covariance Λ. "student" is multivariate t, x = √r Λ^(1/2) g with one r for all coordinates (elliptical); "laplace",
 * "rademacher" (signs) and "uniform" (bounded) have independent coordinates and need a diagonal Λ.
 */
export type InputLaw =
  | { readonly kind: "normal" | "laplace" | "rademacher" | "uniform" }
  | {
      readonly kind: "student";
      /** ν: degrees of freedom; > 2, and > 4 for a Γ. */
      readonly degrees: number;
    };

/** Fourth moments of a law: those of an elliptical one, or of independent coordinates. The normal law is both, with 1 and 0. */
export type InputMoments =
  | {
      /** ρ = E r² of x = √r Λ^(1/2) g with E r = 1; >= 1. */
      readonly radialSecondMoment: number;
    }
  | {
      /** κ: excess kurtosis of a coordinate; >= -2. */
      readonly excessKurtosis: number;
    };

const NORMAL: InputLaw = { kind: "normal" };
const KURTOSIS = { laplace: 3, rademacher: -2, uniform: -1.2 } as const;
const KINDS = ["normal", "student", "laplace", "rademacher", "uniform"] as const;

/**
 * The fourth moments of a law of inputs.
 * ρ = (ν - 2)/(ν - 4) for multivariate t; κ = 3 (Laplace), -2 (signs), -6/5 (uniform)
 * $$ \rho = \frac{\nu - 2}{\nu - 4}; \quad \kappa = 3, \; -2, \; -\tfrac65 $$
 * @param inputs the law: kind, and degrees ν for "student"
 * @throws HypothesisError for multivariate t with ν <= 4, which has no fourth moments; TypeError or RangeError for another law
 * @origin standard
 * @example
 * cot.model.inputMoments({ kind: "student", degrees: 8 }); // => { radialSecondMoment: 1.5 }
 */
export function inputMoments(inputs: InputLaw): InputMoments {
  const check: Checks = new Checks("inputMoments");
  checkInputLaw(check, inputs);
  if (inputs.kind === "normal") return { radialSecondMoment: 1 };
  if (inputs.kind !== "student") return { excessKurtosis: KURTOSIS[inputs.kind] };
  if (inputs.degrees > 4) return { radialSecondMoment: (inputs.degrees - 2) / (inputs.degrees - 4) };
  const message = `${check.fn}: inputs.degrees must be > 4 for fourth moments to exist, got ${inputs.degrees}`;
  throw new HypothesisError("the pivot matrix", "nu > 4", message);
}

/** Throws unless the value is a law of inputs with a covariance. */
export function checkInputLaw(check: Checks, inputs: unknown): asserts inputs is InputLaw {
  if (typeof inputs !== "object" || inputs === null) check.wrongKind("inputs", "a law of inputs", inputs);
  const { kind, degrees } = inputs as { kind: unknown; degrees?: unknown };
  check.oneOf("inputs.kind", kind, KINDS);
  if (kind !== "student") return;
  check.positive("inputs.degrees", degrees);
  if (degrees > 2) return;
  const message = `${check.fn}: inputs.degrees must be > 2 for a covariance to exist, got ${degrees}`;
  throw new HypothesisError("inputs of a given covariance", "nu > 2", message);
}

/** Whether the coordinates are independent but not normal, so that only a diagonal Λ has a meaning. */
export function hasOwnAxes(inputs: InputLaw): boolean {
  return inputs.kind in KURTOSIS;
}

/** Throws unless a law can have the covariance. */
export function checkInputs(check: Checks, inputs: InputLaw, covariance: Covariance): void {
  checkInputLaw(check, inputs);
  if (!hasOwnAxes(inputs) || covariance.isDiagonal) return;
  const message = `${check.fn}: covariance must be diagonal for inputs of independent coordinates, got a full ${covariance.d}x${covariance.d} matrix`;
  throw new HypothesisError("inputs of independent coordinates", "Lambda is diagonal", message);
}

/** Fills Z, row-major (d, n), with white inputs, one example a column: E z zᵀ = I. The normal law draws as `fillNormal`. */
export function whiteInputs(inputs: InputLaw = NORMAL): (random: Random, out: Float64Array, d: number, n: number) => Float64Array {
  if (inputs.kind === "normal") return (random, out) => random.fillNormal(out);
  if (inputs.kind === "student") {
    const { degrees } = inputs;
    return (random, out, d, n) => {
      random.fillNormal(out);
      for (let j = 0; j < n; j++) {
        const root = Math.sqrt((degrees - 2) / random.chiSquare(degrees));
        for (let i = 0; i < d; i++) out[i * n + j] *= root;
      }
      return out;
    };
  }
  const draw = {
    // An exponential of mean 1/√2 with a sign: the bit beyond one half is the sign.
    laplace: (random: Random): number => {
      const u = 2 * random.uniform() - 1;
      return (-Math.sign(u || 1) * Math.log1p(-Math.abs(u))) / Math.SQRT2;
    },
    rademacher: (random: Random): number => (random.uniform() < 0.5 ? -1 : 1),
    uniform: (random: Random): number => Math.sqrt(3) * (2 * random.uniform() - 1),
  }[inputs.kind];
  return (random, out) => {
    for (let at = 0; at < out.length; at++) out[at] = draw(random);
    return out;
  };
}
