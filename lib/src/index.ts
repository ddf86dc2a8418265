/** @file cotlab's public names. */
export { HypothesisError } from "./core/check";
export { finiteDifferenceGradient } from "./core/finiteDifference";
export { Random } from "./core/random";
export type { AxisParams } from "./figures/axes";
export { barChart, type BarChartParams, type BarSeries } from "./figures/barChart";
export { exportFigure, type ExportedFigure, type ExportParams, type FigureMetadata, type PresetName } from "./figures/exportFigure";
export type { EndLabel, Figure, FigureSize, FigureTable } from "./figures/figure";
export { fitFigure } from "./figures/fitFigure";
export { heatmap, type HeatmapParams } from "./figures/heatmap";
export type { LegendPlace } from "./figures/legend";
export { lineChart, type LineChartParams, type Series } from "./figures/lineChart";
export type { Mark } from "./figures/marks";
export { math } from "./figures/math";
export { renderPdf } from "./figures/renderPdf";
export { renderPng } from "./figures/renderPng";
export { renderSvg } from "./figures/renderSvg";
export { seriesStyle } from "./figures/theme";
export { embed, appendThought, replaceThought, readThought, type Examples } from "./model/embedding";
export { gammaEigenvalues, gammaMatrix, type GammaParams } from "./model/gamma";
export { linearSelfAttention, structuredParameters, type LsaParameters } from "./model/linearSelfAttention";
export { rollout, type RolloutOptions, type ThoughtMode } from "./model/chainOfThought";
export { promptLoss, promptLossGradient } from "./model/trainingLoss";
export { largestZ, sampleMean, sampleMeanMatrix, type SampleMean, type SampleMeanMatrix } from "./montecarlo/sampleMean";
export type { Evidence } from "./notebook/evidence";
export { progress, type OnProgress } from "./notebook/progress";
export { show, type ShowOptions } from "./notebook/show";
export { formatNumber, table, type TableOptions } from "./notebook/table";
export { checkClose, checkTrue, checkZ, verdict, type Check, type VerdictParams } from "./notebook/verdict";
export { versions } from "./notebook/versions";
export { Covariance } from "./tasks/covariance";
export { samplePrompt, sampleInputs, type Prompt, type PromptParams } from "./tasks/prompt";
export { normaliseSpectrum, powerLawSpectrum, type Normalisation, type PowerLawSpectrumParams } from "./tasks/spectrum";
export {
  alignedLimitError,
  corollary35,
  corollary35Bound,
  corollary35Exact,
  corollary35Rate,
  logAlignedLimitError,
  logCorollary35Bound,
  type Corollary35Params,
} from "./theorems/corollary35";
export {
  criticalLength,
  criticalLengthDichotomy,
  criticalLengths,
  directionContributions,
  type CriticalLengthParams,
  type Direction,
  type DirectionContribution,
} from "./theorems/criticalLength";
export {
  bernoulliExchange,
  bernoulliSteps,
  lengthForError,
  localExponent,
  stepsForError,
  stepsForErrorByBound,
  stepsToMatch,
  updateCost,
  type ExchangeParams,
  type UpdateCost,
} from "./theorems/exchange";
export { hardness, hardnessMaximum, hardnessMinimum, isSingular, skillHardness, skillStrengths } from "./theorems/hardness";
export { judgeClaim, register, type Judgement, type JudgeOptions, type RegisteredTheorem } from "./theorems/judgeClaim";
export { limitBestSteps } from "./theorems/limitBestSteps";
export { logMixtureLimitError, mixtureGrowth, mixtureLimitError, type MixtureTestParams } from "./theorems/mixtureLimitError";
export {
  mixtureGamma,
  mixtureMoments,
  multiTaskLoss,
  multiTaskLossFormula,
  multiTaskMinimalLoss,
  multiTaskMinimum,
  multiTaskOptimum,
  type Mixing,
  type MixtureMoments,
  type MixtureParams,
} from "./theorems/multiTaskOptimum";
export {
  limitBehaviour,
  limitError,
  logLimitError,
  logOverthinkingTrace,
  overthinkingDichotomy,
  overthinkingExact,
  overthinkingRate,
  overthinkingSpectrum,
  overthinkingTrace,
  overthinkingTraceBound,
  overthinkingTraceFormula,
  traceRelation,
  type LimitBehaviour,
  type OverthinkingParams,
  type TraceRelation,
} from "./theorems/overthinking";
export { inverseGamma, type AlignmentParams } from "./theorems/pencil";
export {
  newtonDistance,
  proposition32,
  pseudoNewtonClosedForm,
  pseudoNewtonStep,
  stepsOfPaperIndex,
  type ClosedFormParams,
  type NewtonDistance,
  type Proposition32Params,
} from "./theorems/proposition32";
export {
  examineProposition43,
  guaranteedHardShare,
  proposition43,
  proposition43Splits,
  type Proposition43Params,
  type Proposition43Report,
  type Proposition43Split,
} from "./theorems/proposition43";
export { proposition43Counterexamples, type Proposition43Counterexample } from "./theorems/proposition43Counterexamples";
export { proposition43Theorem } from "./theorems/proposition43Theorem";
export { theorems } from "./theorems/registry";
export {
  selectionErrorBound,
  selectionObjective,
  selectionProgram,
  selectionPromise,
  type SelectionForm,
  type SelectionParams,
  type SelectionProgram,
} from "./theorems/taskSelection";
export { defineTheorem, type ClaimKind, type Theorem } from "./theorems/theorem";
export {
  bestStep,
  contractionRate,
  expectedSquaredSecondMoment,
  hessianSpectrum,
  isPositiveDefinite,
  largestStableStep,
  minimalLoss,
  nearestMinimiser,
  optimalV,
  populationGradient,
  populationHessian,
  populationLoss,
  theorem31,
  type Theorem31Params,
  type Theorem31PointParams,
} from "./theorems/theorem31";
export {
  alignedOneStepError,
  oneStepError,
  oneStepErrorOf,
  theorem33,
  theorem33Bound,
  theorem33Exact,
  theorem33Sharper,
  theorem33SharperBound,
  theorem33Vacuity,
  type OneStepParams,
  type PreconditionedStep,
  type Theorem33Params,
} from "./theorems/theorem33";
export { gradientDescent, type GradientDescentParams, type GradientDescentResult } from "./training/gradientDescent";
export { jointOptimum } from "./training/jointOptimum";
export { jointTraining, type JointTrainingResult } from "./training/jointTraining";
export { cosineSchedule } from "./training/schedule";
export { stochasticGradientDescent, type StochasticGradientDescentResult } from "./training/stochasticGradientDescent";
export { Rational } from "./core/rational";
export { meanAndError, quantiles } from "./core/statistics";
export { anisotropicCriticalTestLength, criticalTestLength, criticalTrainingLength } from "./finite/criticalTestLength";
export {
  inverseLengthExpansion,
  inverseLengthTheorem,
  isotropicInverseLengthExpansion,
  scalingLawTestLength,
  type InverseLengthExpansion,
  type InverseLengthExpansionParams,
  type IsotropicExpansionParams,
} from "./finite/inverseLengthExpansion";
export { deterministicEquivalent, logDeterministicEquivalent, type DeterministicEquivalentParams } from "./finite/deterministicEquivalent";
export { logEigenvalueDensity, type WishartSize } from "./finite/eigenvalueDensity";
export type { IsotropicCurveParams, IsotropicErrorParams } from "./finite/isotropicError";
export {
  marchenkoPasturDensity,
  marchenkoPasturSupport,
  type MarchenkoPasturErrorParams,
  type MarchenkoPasturParams,
  type MarchenkoPasturSupport,
} from "./finite/marchenkoPastur";
export { meanDivergence, type MeanDivergenceParams } from "./finite/meanDivergence";
export { nonCommutingError, nonCommutingErrorTheorem, type NonCommutingErrorParams } from "./finite/nonCommutingError";
export { spectralEdges, type SpectralEdgeParams } from "./finite/spectralEdge";
export { logMeanTracePower, type TracePowerParams } from "./finite/tracePower";
export { typicalConvergence, type FinitePromptParams, type TypicalBehaviour } from "./finite/typicalBehaviour";
export { wishartMoments, wishartMomentsByLoops, wishartMomentsByPartitions, type WishartMomentsParams } from "./finite/wishartMoments";
export { sampleSecondMoment, secondMomentSampler, type SecondMomentParams } from "./tasks/sampleWishart";
export { bestSteps, isotropicError, isotropicErrorCurve, isotropicErrorTheorem, logIsotropicError, logIsotropicErrorCurve } from "./finite/isotropicError";
export { logMarchenkoPasturError, marchenkoPasturError } from "./finite/marchenkoPastur";
export { heuristicDivergenceStep, logMeanErrorLowerBound } from "./finite/meanDivergence";
export { largestStepEigenvalue, typicalBehaviour } from "./finite/typicalBehaviour";
export { compare } from "./montecarlo/compare";
export { cotError } from "./montecarlo/cotError";
export { findCurve, simulate } from "./montecarlo/simulate";
