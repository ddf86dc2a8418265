/** @file The GPT-2-style transformer: training, evaluation, stored runs. */
export { type CheckpointContent, CheckpointError, readCheckpoint, writeCheckpoint } from "./checkpoint";
export { type CurveRow, type CurveSummary, curvesCsv, measureCurves, readCurves, summarizeCurves } from "./curveTable";
export type { Expressions, Fields, Floats, Integers, Kernel, KernelCalls, Multiply } from "./kernels/kernel";
export { type DecoderKernels, KERNELS } from "./kernels/kernels";
export type { LinearCalls } from "./kernels/linear";
export {
  type BlockParameters,
  type InitialScale,
  type LinearParameters,
  type NormParameters,
  type Parameter,
  ParameterLayout,
  type TokenModelParameters,
  type TokenModelShape,
  tokenModelParameters,
  type VectorModelParameters,
  type VectorModelShape,
  vectorModelParameters,
} from "./parameters";
export {
  type CurveSettings,
  learningRateAt,
  type PromptDistribution,
  type RunConfig,
  runConfig,
  type Spectrum,
  type TrainingRecipe,
} from "./regression/recipe";
export { type RegressionRun, recipeStep, regressionTrainer, tokensPerStep } from "./regression/regressionTrainer";
export { type ThinkingCurve, type ThinkingCurveParams, thinkingCurve } from "./regression/thinkingCurve";
export { type RunProgress, type RunState, readRun, type TrainingRunOptions, trainingRun } from "./regression/trainingRun";
export { type ModelProgress, type TrainedModel, type TrainModelOptions, trainModel } from "./regression/trainModel";
export { type RunStore, readRunStore, type StoredLoss, type StoredRun, type StoredUpdate } from "./runStore";
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
export type { Order, Share } from "./team";
export type { OptimizerSettings, StepResult, Trainer, TrainerOptions } from "./trainer";
export { type Rows, Workspace } from "./workspace";
