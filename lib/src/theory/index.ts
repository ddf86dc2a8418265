/** @file Every result as a function: the paper's, finite prompts, training; and the registry that tests hold to its claims. */
export { anisotropicCriticalTestLength, criticalTestLength, criticalTrainingLength } from "./finite/criticalTestLength";
export { type DampingLimits, dampingLimits, dampingTheorem, logDampedCurve, type StepMethod } from "./finite/damping";
export { deterministicEquivalent, logDeterministicEquivalent } from "./finite/deterministicEquivalent";
export {
  type DivergingShareParams,
  divergingShare,
  divergingShareTheorem,
  type LargestEigenvalueLaw,
  largestEigenvalueLaw,
  type MedianStepsParams,
  medianBestSteps,
  testLengthForShare,
} from "./finite/divergingShare";
export { logEigenvalueDensity, type WishartSize } from "./finite/eigenvalueDensity";
export { firstOrderLaw, firstOrderLength, firstOrderTheorem } from "./finite/firstOrderLength";
export {
  type InverseLengthExpansion,
  inverseLengthExpansion,
  inverseLengthTheorem,
  scalingLawTestLength,
} from "./finite/inverseLengthExpansion";
export type { IsotropicCurveParams, IsotropicErrorParams } from "./finite/isotropicError";
export { bestSteps, isotropicError, isotropicErrorCurve, isotropicErrorTheorem, logIsotropicError } from "./finite/isotropicError";
export {
  bestNoisySteps,
  type IsotropicNoiseParams,
  isotropicNoiseCurve,
  isotropicNoiseError,
  isotropicNoiseTheorem,
} from "./finite/isotropicNoiseError";
export type { MarchenkoPasturSupport } from "./finite/marchenkoPastur";
export { logMarchenkoPasturError, marchenkoPasturDensity, marchenkoPasturError, marchenkoPasturSupport } from "./finite/marchenkoPastur";
export { type FiniteErrorParams, heuristicDivergenceStep, logMeanErrorLowerBound, meanDivergence } from "./finite/meanDivergence";
export {
  logNonCommutingEquivalentCurve,
  type NonCommutingEquivalentParams,
  nonCommutingEquivalent,
  nonCommutingEquivalentTheorem,
} from "./finite/nonCommutingEquivalent";
export { type NonCommutingErrorParams, nonCommutingError, nonCommutingErrorTheorem } from "./finite/nonCommutingError";
export { type SpectralEdgeParams, spectralEdges } from "./finite/spectralEdges";
export { logMeanTracePower, type TracePowerParams } from "./finite/tracePower";
export type { FinitePromptParams, TypicalBehaviour } from "./finite/typicalBehaviour";
export { largestStepEigenvalue, typicalBehaviour, typicalConvergence } from "./finite/typicalBehaviour";
export { type WishartMomentsParams, wishartMoments } from "./finite/wishartMoments";
export { type Judgement, type JudgeOptions, judgeClaim, type RegisteredCase, type RegisteredTheorem, register } from "./judgeClaim";
export type { Corollary35Params } from "./paper/corollary35";
export { corollary35, corollary35Bound, corollary35Exact, corollary35Rate, logCorollary35Bound } from "./paper/corollary35";
export type { CriticalLengthCase, CriticalLengthParams, Direction, DirectionContribution } from "./paper/criticalLength";
export { criticalLength, criticalLengthDichotomy, criticalLengths, directionContributions } from "./paper/criticalLength";
export type { ExchangeCase, ExchangeParams, UpdateCost } from "./paper/exchange";
export {
  bernoulliExchange,
  bernoulliSteps,
  localExponent,
  stepsForError,
  stepsForErrorByBound,
  stepsToMatch,
  updateCost,
} from "./paper/exchange";
export { type HardnessCase, hardness, hardnessMaximum, hardnessMinimum, skillHardness } from "./paper/hardness";
export { limitBestSteps } from "./paper/limitBestSteps";
export { logMixtureLimitError, type MixtureTestParams, mixtureGrowth, mixtureLimitError } from "./paper/mixtureLimitError";
export type { MultiTaskLossParams } from "./paper/multiTaskLoss";
export { multiTaskLoss, multiTaskLossFormula, multiTaskMinimalLoss, multiTaskMinimum } from "./paper/multiTaskLoss";
export type { LimitBehaviour, OverthinkingParams, TraceRelation } from "./paper/overthinking";
export {
  limitBehaviour,
  limitError,
  logLimitError,
  overthinkingDichotomy,
  overthinkingExact,
  overthinkingRate,
  overthinkingSpectrum,
  overthinkingTrace,
  overthinkingTraceBound,
  overthinkingTraceFormula,
  traceRelation,
} from "./paper/overthinking";
export type { ClosedFormParams, NewtonDistance, Proposition32Params } from "./paper/proposition32";
export { newtonDistance, proposition32, pseudoNewtonClosedForm, pseudoNewtonStep, stepsOfPaperIndex } from "./paper/proposition32";
export type { Proposition43Params, Proposition43Report, Proposition43Split } from "./paper/proposition43";
export { examineProposition43, proposition43, proposition43Splits } from "./paper/proposition43";
export { type Proposition43Case, proposition43Theorem } from "./paper/proposition43Theorem";
export type { SelectionCase, SelectionErrorBoundParams, SelectionForm, SelectionParams, SelectionProgram } from "./paper/selectionProgram";
export { selectionErrorBound, selectionObjective, selectionProgram, selectionPromise } from "./paper/selectionProgram";
export type { Theorem31Params, Theorem31PointParams } from "./paper/theorem31";
export {
  bestStep,
  contractionRate,
  expectedSquaredSecondMoment,
  hessianSpectrum,
  largestStableStep,
  minimalLoss,
  nearestMinimiser,
  optimalV,
  populationGradient,
  populationLoss,
  theorem31,
} from "./paper/theorem31";
export type { OneStepParams, Theorem33Params } from "./paper/theorem33";
export {
  oneStepError,
  theorem33,
  theorem33Bound,
  theorem33Exact,
  theorem33Sharper,
  theorem33SharperBound,
  theorem33Vacuity,
} from "./paper/theorem33";
export { criticalPrompts, finitePretrainingGrowth, pretrainingGrowth } from "./pretraining/criticalPrompts";
export {
  finitePretrainingIsotropic,
  type IsotropicPretrainingParams,
  isotropicCriticalPrompts,
  isotropicPretrainingCurve,
  isotropicPretrainingPhase,
  logIsotropicPretrainingCurve,
  type PretrainingBehaviour,
  type PretrainingPhase,
} from "./pretraining/isotropicPretraining";
export { finitePretraining, type PretrainingCurve, type PretrainingParams, pretrainingErrorCurve } from "./pretraining/pretrainingError";
export {
  finitePretrainingNoise,
  type PretrainingNoise,
  type PretrainingNoiseParams,
  pretrainingNoise,
} from "./pretraining/pretrainingNoise";
export { pretrainingPhase } from "./pretraining/pretrainingPhase";
export { theorems } from "./registry";
export { type ClaimKind, defineTheorem, type Theorem } from "./theorem";
export {
  type FineTunedParams,
  type FineTuningParams,
  fineTunedError,
  fineTunedGrowth,
  fineTunedPreconditioner,
  fineTuning,
  firstHelpfulUpdate,
  logFineTunedCurve,
  logFineTunedError,
  logForgetting,
} from "./training/fineTuning";
export { type GradientDescentParams, type GradientDescentResult, gradientDescent } from "./training/gradientDescent";
export { inputPivotTheorem } from "./training/inputPivot";
export { type LoopedSpectrum, type LoopedSpectrumParams, loopedSpectrum } from "./training/loopedSpectrum";
export {
  bestLoopedSteps,
  type LoopedTestParams,
  type LoopedTraining,
  type LoopedTrainingParams,
  logLoopedError,
  loopedCriticalTestLength,
  loopedTraining,
  loopedTrainingError,
  loopedTrainingMinimum,
} from "./training/loopedTraining";
export { cosineSchedule, type Progress, type SampledRun, type StepSchedule } from "./training/schedule";
export type { StochasticGradientDescentParams, StochasticGradientDescentResult } from "./training/stochasticGradientDescent";
export { stochasticGradientDescent } from "./training/stochasticGradientDescent";
export { logTrainedChainError, type TrainedChainParams, trainedChainError, trainingForSteps } from "./training/trainingForSteps";
export { uncoveredError, uncoveredLimit } from "./training/uncoveredError";
