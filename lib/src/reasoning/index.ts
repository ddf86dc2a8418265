/** @file Reasoning problems with worked chains, and judging answers. */
export { type AnswerJudgement, type JudgedAnswer, judgeAnswer } from "./answer";
export { type ArithmeticParams, arithmeticProblem } from "./arithmetic";
export { commonestAnswer, difficultyProfile, type MeasureProfile } from "./difficultyProfile";
export { type GcdParams, gcdProblem } from "./gcd";
export type { GenerationParams, LanguageModel } from "./languageModel";
export { type PolynomialParams, polynomialProblem } from "./polynomial";
export {
  DETAILS,
  type Detail,
  PROBLEM_KINDS,
  type Problem,
  type ProblemKind,
  SKILLS,
  type Skill,
  SPLITS,
  type Split,
  type Step,
  skillCounts,
  splitOf,
  trace,
} from "./problem";
export { chatLine, drawProblemSet, type ProblemSetParams, type ProblemSpec, solution } from "./problemSet";
