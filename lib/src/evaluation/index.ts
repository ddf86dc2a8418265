/** @file Asking a served language model, and what its answers say. */
export {
  type BucketAccuracy,
  type BudgetSummary,
  type EvaluationSummary,
  type LengthBucket,
  lengthBuckets,
  type Proportion,
  summarizeEvaluation,
  summaryCsv,
} from "./accuracy";
export { apiKeyFor } from "./apiKey";
export { budgetFigure } from "./budgetFigure";
export {
  type BudgetPair,
  type BudgetReport,
  type BudgetReportOptions,
  type BudgetRow,
  type BudgetVerdict,
  budgetReport,
  type EnoughVerdict,
} from "./budgetReport";
export { budgetText } from "./budgetText";
export type { ChainPolicy, JudgedChain } from "./chain";
export { ChatClient, type ChatClientParams, ChatError, type ChatFault, type ChatRequest } from "./chatClient";
export type { ChatMessage, ChatReply } from "./chatReply";
export { type CompletionServer, type CompletionServerParams, startCompletionServer } from "./completionServer";
export {
  type AnsweredProblem,
  type Evaluation,
  type EvaluationParams,
  type EvaluationProgress,
  type EvaluationSettings,
  EvaluationStoppedError,
  readEvaluation,
  runEvaluation,
} from "./evaluation";
export { type EvaluationProblem, evaluationProblem, readChatProblems } from "./evaluationProblem";
export { type GgufModel, type GgufModelParams, ggufModel } from "./ggufModel";
export { joinBudgets } from "./joinBudgets";
export { type AccuracyDifference, compareEvaluations, type Outcome, type PairedBootstrapParams, pairedBootstrap } from "./pairedBootstrap";
export { type PairedDifference, type PairedDifferenceParams, pairedDifference } from "./pairedDifference";
export {
  PAPER_ROLES,
  PAPER_TABLE,
  type PaperRole,
  type PaperRow,
  paperTable,
  paperTableMarkdown,
  type SeedMean,
  type TableCell,
  type TableRow,
} from "./paperTable";
export type { Cost } from "./tokensPerRight";
