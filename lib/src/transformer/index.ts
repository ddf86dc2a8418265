/** @file The GPT-2-style transformer: training and evaluation. */
export { type CheckpointContent, CheckpointError, readCheckpoint, writeCheckpoint } from "./checkpoint";
export type { FolderRunOptions, FolderRunState } from "./folderRun";
export type { InitialScale, TokenModelShape, VectorModelShape } from "./parameters";
export {
  type CurveRow,
  type CurveSummary,
  curvesCsv,
  measureCurves,
  type RunRow,
  readCurves,
  summarizeCurves,
} from "./regression/curveTable";
export {
  type CurveSettings,
  learningRateAt,
  type PromptDistribution,
  type RunConfig,
  runConfig,
  type Spectrum,
  type TrainingRecipe,
} from "./regression/recipe";
export { tokensPerStep } from "./regression/regressionTrainer";
export { type ThinkingCurve, type ThinkingCurveParams, thinkingCurve } from "./regression/thinkingCurve";
export { type RunProgress, type RunState, readRun, type TrainingRunOptions, trainingRun } from "./regression/trainingRun";
export { type ModelProgress, type TrainedModel, type TrainModelOptions, trainModel } from "./regression/trainModel";
export { readSymbolModel, symbolModel } from "./symbols/symbolModel";
export { type SymbolData, type SymbolModelConfig, type SymbolTraining, symbolModelConfig } from "./symbols/symbolModelConfig";
export {
  type StoredSymbolModel,
  type SymbolRunOptions,
  type SymbolRunState,
  trainSymbolModel,
  writeSymbolModel,
} from "./symbols/trainSymbolModel";
export type { TrainerOptions } from "./trainer";
