/** @file The studies' names, for the notebooks. */

export {
  type AlphaBScanParams,
  type AlphaBScanRow,
  type AlphaBTable,
  type AlphaBTableParams,
  alphaBScan,
  alphaBSettings,
  alphaBTable,
} from "./alphaBTable";
export { type CalibrationParams, type CalibrationResult, type CalibrationTrial, calibrate, calibrationSettings } from "./calibration";
export {
  momentsOfRows,
  type Population,
  type RealCalibrationParams,
  type RealTrial,
  realCalibrationSettings,
  realTrial,
} from "./calibrationReal";
export { type CalibrationSummary, calibrationSummary } from "./calibrationSummary";
export { type CostComparison, type CostedCurve, compareAtCost } from "./compareAtCost";
export { type CompareStoppingParams, compareStopping, type Share, type StoppingRule, type StoppingScore } from "./compareStopping";
export { type EstimationRow, type EstimationTrialParams, estimateTasks, estimationSettings, estimationTrial } from "./estimationTrial";
export { type EstimatorCost, type EstimatorCostParams, estimatorCost } from "./estimatorCost";
export { type LearnedUpdate, type LearnedUpdateParams, learnedUpdate } from "./learnedUpdate";
export { type Measured, type MeasuredCurve, type Measurement, type MeasureParams, measureOnRows } from "./measureOnRows";
export { type MixtureScatter, mixtureScatter, rankCorrelation } from "./mixtureScatter";
export {
  affordable,
  atLengths,
  directionCurves,
  directionRows,
  endlessPoints,
  endlessRows,
  errorCurve,
  identityCovariance,
  lateSteps,
  near,
  type OverthinkingFindings,
  overthinkingFindings,
  type PairRelations,
  pairRelations,
  partsGap,
  raisedTest,
  type ScaleWindow,
  scaleWindow,
  type TrainedPair,
  type Turn,
  traceRows,
  turnOf,
  windowHolds,
  windowSeparation,
} from "./overthinking";
export {
  type IntervalScore,
  type OverthinkingBootstrap,
  type OverthinkingBootstrapParams,
  overthinkingBootstrap,
} from "./overthinkingBootstrap";
export {
  type EndlessEvidence,
  endlessFalls,
  endlessLarger,
  type ShortEvidence,
  shortChecks,
  stoppingChecks,
  type TheoryEvidence,
  theoryChecks,
} from "./overthinkingChecks";
export { coverageFigure, directionsFigure, nearCurve, nearMeans, nearMedians, rulesFigure, windowsFigure } from "./overthinkingFigures";
export { type PeerMethodsParams, peerMethods } from "./peerMethods";
export {
  type ExcessConstantParams,
  excessConstant,
  type PreconditionerFits,
  type PreconditionerFitsParams,
  preconditionerFits,
} from "./preconditionerFits";
export { type PromptGrowth, type PromptGrowthParams, promptGrowth } from "./promptGrowth";
export { type Proposition43Counterexample, proposition43Counterexamples } from "./proposition43Counterexamples";
export { type ReadInGradient, readInGradient } from "./readInGradient";
export { readLabels } from "./readLabels";
export { type RefusalTrial, type RefusalTrialParams, refusalTrial } from "./refusalTrial";
export { type ExperimentParams, type RetrainParams, retrainExperiments, runExperiments } from "./runExperiments";
export { type ScaleWindows, scaleWindows } from "./scaleWindows";
export { curveRise, type Rise, type SeedCurve, seedCurve, stepsToReach } from "./seedCurves";
export { type RuleOptions, ruleWeights, SELECTION_RULES, type SelectionRule } from "./selectionRules";
export {
  type SelectionTrial,
  type SelectionTrialParams,
  selectionTrial,
  type TrialContrast,
  type TrialCurve,
  type TrialSummary,
  trialContrast,
  trialSettings,
  trialSummary,
} from "./selectionTrial";
export {
  type MedianShape,
  medianRows,
  medianShape,
  mostRight,
  percentText,
  rightAndError,
  type StoppingSetting,
  scanRow,
  scoreRows,
  scoreSettings,
  scoreStopping,
  shareAbove,
  worseRows,
  worseText,
  worstText,
} from "./stoppingRules";
export {
  type OverSeeds,
  readSymbolRows,
  type SymbolMeasurement,
  type SymbolRow,
  type SymbolSummary,
  summarizeSymbolRows,
  symbolRows,
  symbolRowsCsv,
} from "./symbolExperiment";
export {
  drawTaskPool,
  nthTaskPool,
  type PoolNormalisation,
  type PoolReading,
  TASK_TYPES,
  type TaskPool,
  type TaskPoolParams,
  type TaskType,
  typeShares,
} from "./taskPool";
