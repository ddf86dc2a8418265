/** @file The GPT-2-style transformer: training, evaluation, stored runs. */

export { CheckpointError, readCheckpoint, writeCheckpoint } from "./checkpoint";
export { type TokenModelShape, tokenModelParameters, type VectorModelShape, vectorModelParameters } from "./parameters";
export { type CurveRow, type CurveSummary, curvesCsv, measureCurves, readCurves, summarizeCurves } from "./regression/curveTable";

export {
  type CurveSettings,
  learningRateAt,
  type PromptDistribution,
  type RunConfig,
  runConfig,
  type Spectrum,
  type TrainingRecipe,
} from "./regression/recipe";

export { recipeStep, regressionTrainer, tokensPerStep } from "./regression/regressionTrainer";
export { type RunStore, readRunStore, type StoredLoss, type StoredRun, type StoredUpdate } from "./regression/runStore";

export { type ThinkingCurve, type ThinkingCurveParams, thinkingCurve } from "./regression/thinkingCurve";
export { type RunProgress, type RunState, readRun, type TrainingRunOptions, trainingRun } from "./regression/trainingRun";
export { type ModelProgress, type TrainedModel, type TrainModelOptions, trainModel } from "./regression/trainModel";
export { type SymbolCorpusParams, symbolCorpus } from "./symbols/symbolCorpus";
export { readSymbolModel, symbolModel } from "./symbols/symbolModel";
export {
  type SymbolData,
  type SymbolModelConfig,
  type SymbolTraining,
  symbolModelConfig,
  symbolModelShape,
} from "./symbols/symbolModelConfig";
export { decodeSymbols, encodeSymbols } from "./symbols/symbolTokens";
export { type SamplingParams, TokenGenerator } from "./symbols/tokenGenerator";
export { type TokenExamples, type TokenRun, tokenTrainer } from "./symbols/tokenTrainer";
export { type SymbolRunOptions, type SymbolRunState, trainSymbolModel, writeSymbolModel } from "./symbols/trainSymbolModel";
export type { OptimizerSettings, StepResult, Trainer, TrainerOptions } from "./trainer";
