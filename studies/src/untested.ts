/** @file Statements of the paper that no notebook tests, with the reason. */

/** A statement of the paper that is listed as "not tested" until a notebook's check carries it. */
export interface UntestedStatement {
  readonly statement: string;
  /** Recognises the statement in the `paper` text of a check: the row then disappears. */
  readonly carriedBy: RegExp;
  readonly reason: string;
}

export const UNTESTED: readonly UntestedStatement[] = [
  {
    statement: "the entire process has a complexity of O(kd²)",
    carriedBy: /O\(kd/,
    reason: "counted, not measured: k steps cost 2kd² multiplications once S is formed; forming S costs O(md²) more (notebook 05)",
  },
  {
    statement: "solving for the optimal ratio is an efficient quadratic program",
    carriedBy: /quadratic program/,
    reason: "the program is convex and is solved in notebook 07; no run time is measured",
  },
  {
    statement: "a good training set is diverse, relevant and hard",
    carriedBy: /\bdiverse\b/,
    reason: "the source gives the three criteria no measure; notebook 07 tests the program, not this summary of it",
  },
  {
    statement: "GPT-2 (9.5M parameters), n = 20, 30, 40: longer CoT allows for shorter training contexts",
    carriedBy: /shorter training contexts/,
    reason: "no notebook's verdict has it",
  },
  {
    statement: "GPT-2 (9.5M parameters), tilted covariance, identity test: error increases for k > 10",
    carriedBy: /k > 10/,
    reason: "no notebook's verdict has it",
  },
  {
    statement: "Qwen 2.5-7B: training on GCD tasks (aligned) raises accuracy to 75 %, on polynomials (misaligned) lowers it to 29 %",
    carriedBy: /Qwen/,
    reason: "no notebook's verdict has it; it needs the fine-tuning of a model with 7 billion parameters",
  },
];

/** The statements that none of these `paper` texts carries. */
export function untestedStatements(papers: readonly string[]): UntestedStatement[] {
  return UNTESTED.filter(({ carriedBy }) => !papers.some((paper) => carriedBy.test(paper)));
}
