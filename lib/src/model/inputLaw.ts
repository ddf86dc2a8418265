/** @file Inputs that are not normal: how they are drawn. */
import type { Checks } from "../core/check";
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

const NORMAL: InputLaw = { kind: "normal" };
const KINDS = ["normal", "student", "laplace", "rademacher", "uniform"] as const;

/** Throws unless the value is a law of inputs with a covariance. */
export function checkInputLaw(check: Checks, inputs: unknown): asserts inputs is InputLaw {
  if (typeof inputs !== "object" || inputs === null) check.wrongKind("inputs", "an object { kind }: a law of inputs", inputs);
  const { kind, degrees } = inputs as { kind: unknown; degrees?: unknown };
  check.oneOf("inputs.kind", kind, KINDS);
  if (kind !== "student") return;
  check.positive("inputs.degrees", degrees);
  if (degrees > 2) return;
  check.refuse("inputs of a given covariance", "nu > 2", "inputs.degrees", "> 2 for a covariance to exist", degrees);
}

/** Whether the coordinates are independent but not normal, so that only a diagonal Λ has a meaning. */
export function hasOwnAxes(inputs: InputLaw): boolean {
  return inputs.kind !== "normal" && inputs.kind !== "student";
}

/** Throws unless a law can have the covariance. */
export function checkInputs(check: Checks, inputs: InputLaw, covariance: Covariance): void {
  checkInputLaw(check, inputs);
  if (!hasOwnAxes(inputs) || covariance.isDiagonal) return;
  const result = "inputs of independent coordinates";
  check.refuse(result, "Lambda is diagonal", "covariance", `diagonal for ${result}`, covariance.matrix);
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
