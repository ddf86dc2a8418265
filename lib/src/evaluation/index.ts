/** @file Asking a served language model, and what its answers say. */
export {
  type BudgetSummary,
  type EvaluationSummary,
  inBucket,
  type LengthBucket,
  lengthBuckets,
  type Proportion,
  summarizeEvaluation,
  summaryCsv,
} from "./accuracy";
export { apiKeyFor } from "./apiKey";
export type { ChainPolicy, JudgedChain } from "./chain";
export { ChatClient, type ChatClientParams, ChatError } from "./chatClient";
export { type CompletionServer, type CompletionServerParams, startCompletionServer } from "./completionServer";
export {
  type AnsweredProblem,
  type Evaluation,
  type EvaluationParams,
  EvaluationStoppedError,
  readEvaluation,
  runEvaluation,
} from "./evaluation";
export { type EvaluationProblem, evaluationProblem, readChatProblems } from "./evaluationProblem";
export { type AccuracyDifference, compareEvaluations, pairedBootstrap } from "./pairedBootstrap";
export { PAPER_TABLE, type PaperRole, paperTable, paperTableMarkdown, type TableRow } from "./paperTable";
