/** @file Statements of the paper that are not tested, with the reason, and with what a check would be that could fail. */

/** A statement of the paper that stands as "not tested". */
export interface UntestedStatement {
  readonly statement: string;
  /** Recognises the statement in the `paper` text of a check: the row of its own then disappears. */
  readonly carriedBy: RegExp;
  readonly reason: string;
  /** What would be measured, and the outcome that would speak against the statement. */
  readonly couldFail: string;
}

/** The paper's benchmark, one statement: smaller models and a linear layer stand beside it, and test it not. */
export const QWEN_TABLE =
  "Qwen 2.5-7B, short and long chains: 30.39 % and 27.2 %; fine-tuned on GCD (aligned) 75 % and 38.4 %, on polynomials (misaligned) 29 % and 20.83 %";

export const UNTESTED: readonly UntestedStatement[] = [
  {
    statement: "the entire process has a complexity of O(kd²)",
    carriedBy: /O\(kd/,
    reason: "counted, not measured: k steps cost 2kd² multiplications once S is formed; forming S costs O(md²) more (notebook 05)",
    couldFail:
      "times of chains against k, d and m: a slope in ln d clearly above 2 or in ln k above 1, or one in m that the count leaves out",
  },
  {
    statement: "solving for the optimal ratio is an efficient quadratic program",
    carriedBy: /quadratic program/,
    reason: "the source says neither how large nor how fast; run times of ours are in data/benchmarks",
    couldFail: "times of the program against the number of tasks and d: growth faster than a power, or above that of forming its matrix",
  },
  {
    statement: "a good training set is diverse, relevant and hard",
    carriedBy: /\bdiverse\b/,
    reason: "the source gives the three criteria no measure; notebook 07 tests the program, not this summary of it",
    couldFail: "with a measure for each, errors of random mixtures: one of the three that has no, or the opposite, relation to the error",
  },
  {
    statement: "GPT-2 (9.5M parameters), n = 20, 30, 40: longer CoT allows for shorter training contexts",
    carriedBy: /shorter training contexts/,
    reason: "no notebook's verdict has it",
    couldFail: "models of that size trained at the three lengths, several seeds: the shortest never reaches the longest one's direct error",
  },
  {
    statement: "GPT-2 (9.5M parameters), tilted covariance, identity test: error increases for k > 10",
    carriedBy: /k > 10/,
    reason: "no notebook's verdict has it",
    couldFail: "the same models trained on the tilted covariance, several seeds: errors that do not rise after k = 10",
  },
  {
    statement: QWEN_TABLE,
    carriedBy: /Qwen/,
    reason: "it needs the fine-tuning of a model with 7 billion parameters",
    couldFail:
      "the three models with chains forced to each length on the same problems: an aligned model that loses by longer chains, or a misaligned one " +
      "that gains. Accuracy by the length that the model chose cannot fail in this way (notebook 13)",
  },
];

/** The statements that none of these `paper` texts carries. */
export function untestedStatements(papers: readonly string[]): UntestedStatement[] {
  return UNTESTED.filter(({ carriedBy }) => !papers.some((paper) => carriedBy.test(paper)));
}
