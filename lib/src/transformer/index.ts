/** @file The GPT-2-style transformer: training, evaluation, stored runs. */
export { CheckpointError, readCheckpoint, writeCheckpoint } from "./checkpoint";
export { type CurveRow, type CurveSummary, curvesCsv, measureCurves, readCurves, summarizeCurves } from "./curveTable";
export { type ThinkingCurve, type ThinkingCurveParams, thinkingCurve } from "./evaluate";
export { fitUpdate, type LearnedUpdate, type LearnedUpdateParams, learnedUpdate } from "./learnedUpdate";
export { type ReadInGradient, readInGradient } from "./readInGradient";
export {
  type CurveSettings,
  learningRateAt,
  type PromptDistribution,
  type RunConfig,
  runConfig,
  type Spectrum,
  type TrainingRecipe,
} from "./recipe";
export { type ExperimentParams, measureUpdates, type RetrainParams, retrainExperiments, runExperiments } from "./regressionRuns";
export { type RunStore, readRunStore, type StoredLoss, type StoredRun, type StoredUpdate } from "./runStore";
export { curveRise, type Rise, type SeedCurve, seedCurve, stepsToReach } from "./seedCurves";
export { type SymbolCorpusParams, symbolCorpus } from "./symbols/symbolCorpus";
export { readSymbolModel, symbolModel } from "./symbols/symbolModel";
export { type SymbolModelConfig, symbolModelConfig, symbolModelShape } from "./symbols/symbolModelConfig";
export { type SymbolRunOptions, type SymbolRunState, trainSymbolModel, writeSymbolModel } from "./symbols/symbolModelRun";
export { decodeSymbols, encodeSymbols } from "./symbols/symbolTokens";
export { TokenGenerator, type TokenModelShape, tokenModelParameters } from "./tokenModel";
export { type TokenExamples, type TokenRun, tokenTrainer } from "./tokenProgram";
export type { StepResult, Trainer, TrainerOptions } from "./trainer";
export { type RunProgress, type RunState, readRun, type TrainingRunOptions, trainingRun } from "./trainingRun";
export { type ModelProgress, type TrainedModel, type TrainModelOptions, trainModel } from "./trainModel";
export { recipeStep, regressionTrainer, tokensPerStep } from "./trainRegression";
export { type VectorModelShape, vectorModelParameters } from "./vectorModel";
