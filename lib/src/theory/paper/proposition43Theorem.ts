/** @file Proposition 4.3 as a registered claim: random tasks, the solved program, and the share of the hard tasks. */
import { Matrix } from "ml-matrix";
import type { Random } from "../../core/random";
import { Covariance, sandwich } from "../../model/covariance";
import { simplexQp } from "../../optimize/simplexQp";
import { ownTheorem } from "../theorem";
import { guaranteedHardShare } from "./proposition43";
import { selectionProgram } from "./selectionProgram";

/** A family of random instances for which H1 and H2 hold by construction. */
export interface Proposition43Case {
  /** d: dimension; integer >= 1. */
  readonly d: number;
  /** β > 1. */
  readonly beta: number;
  /** Number of easy tasks, B_e = βI + a random positive semidefinite matrix. */
  readonly easy: number;
  /** Number of hard tasks: the first has B_h ⪯ βI, the others are any. */
  readonly hard: number;
}

/** Z Zᵀ/d for a (d, d) standard normal Z. */
function randomSquare(d: number, random: Random): Matrix {
  const z = Matrix.from1DArray(d, d, random.fillNormal(new Float64Array(d * d)));
  return z.mmul(z.transpose()).div(d);
}

/** Draws tasks and a target that do not commute, solves the whitened program, and returns the hard tasks' share. */
function hardShareSampler({ d, beta, easy, hard }: Proposition43Case) {
  return (random: Random): number => {
    const target = Covariance.fromMatrix(randomSquare(d, random).add(Matrix.eye(d, d, 0.2)));
    const root = target.apply(Math.sqrt);
    const whitened = Array.from({ length: easy + hard }, (_, l) => {
      const square = randomSquare(d, random);
      if (l < easy) return square.add(Matrix.eye(d, d, beta));
      // A random share of the trace keeps ZZᵀ below βI.
      return l === easy ? square.mul((beta * random.uniform()) / square.trace()) : square;
    });
    const tasks = whitened.map((matrix) => Covariance.fromMatrix(sandwich(root, matrix)));
    const { H, c } = selectionProgram({ tasks, target, form: "whitened" });
    return simplexQp({ H, c }).x.reduce((sum, weight, l) => (l < easy ? sum : sum + weight), 0);
  };
}

/** The reconstructed proposition. */
export const proposition43Theorem = /* @__PURE__ */ ownTheorem<Proposition43Case>(() => ({
  id: "proposition-4.3",
  source: "Proposition 4.3",
  statement: String.raw`every minimiser of $\|I-\sum_l\pi_l B_l\|_F^2$, $B_l=\Sigma^{-1/2}\Lambda_l\Sigma^{-1/2}$, has $\pi(\text{hard})\ge 1-1/\beta$ if (H1) $B_e\succeq\beta I$ for easy $e$ and (H2) below each lies a combination of hard tasks`,
  paper:
    "The optimal weights allocate at least half the probability to hard tasks, those with small σ_min(Λ_l). Our source gives no hypotheses.",
  ours: "H1, H2, β (2 gives the half), the whitened norm, and the proof. Without them the claim is false.",
  kind: "lower-bound",
  everyDraw: true,
  tolerance: 1e-8,
  draws: 1000,
  predict: ({ beta }) => guaranteedHardShare(beta),
  sampler: hardShareSampler,
  cases: [
    { d: 2, beta: 2, easy: 1, hard: 1 },
    { d: 4, beta: 2, easy: 2, hard: 3 },
    { d: 3, beta: 1.2, easy: 3, hard: 2 },
    { d: 3, beta: 5, easy: 2, hard: 2 },
  ],
}));
