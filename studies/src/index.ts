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
export { type MixtureScatter, mixtureScatter, rankCorrelation, type ScatterSummary, scatterSummary } from "./mixtureScatter";
export {
  type IntervalScore,
  type OverthinkingBootstrap,
  type OverthinkingBootstrapParams,
  overthinkingBootstrap,
} from "./overthinkingBootstrap";
export { type PeerMethodsParams, peerMethods } from "./peerMethods";
export {
  type ExcessConstantParams,
  excessConstant,
  type PreconditionerFits,
  type PreconditionerFitsParams,
  preconditionerFits,
} from "./preconditionerFits";
export { type Proposition43Counterexample, proposition43Counterexamples } from "./proposition43Counterexamples";
export { type ReadInGradient, readInGradient } from "./readInGradient";
export { readLabels } from "./readLabels";
export { type RefusalTrial, type RefusalTrialParams, refusalTrial } from "./refusalTrial";
export { type ExperimentParams, type RetrainParams, retrainExperiments, runExperiments } from "./runExperiments";
export {
  type DivergingShareParams,
  divergingShare,
  type EqualLengthRun,
  type EqualLengthsParams,
  equalLengths,
  levelLines,
  type PhaseDiagram,
  type PhaseDiagramParams,
  phaseDiagram,
  type RandomExchange,
  randomExchanges,
} from "./scalingLaw";
export { curveRise, type Rise, type SeedCurve, seedCurve, stepsToReach } from "./seedCurves";
export { alphaBChart, gainChart, medianChart, scatterChart, worseChart } from "./selectionCharts";
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
export { marginChart, mediansChart, overUniformChart, robustnessChart } from "./storedCharts";
export {
  alphaBTableRows,
  type ComparedRule,
  contrastRows,
  demonstrationSettings,
  divergingRows,
  lossRows,
  marginLines,
  meanRows,
  orderCounts,
  ratioText,
  robustnessLines,
  type StoredLine,
  steadySettings,
  storedCurve,
  storedOverUniform,
  worstOverUniform,
  zAgainstStored,
} from "./storedSelection";
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
export {
  type AgainstErrorOptimum,
  againstErrorOptimum,
  comparePool,
  type MovedMass,
  movedMass,
  type PoolComparison,
  type ResampledWeight,
  resampledWeights,
  type StableWithin,
  stableWithin,
  type WhitenedPitfall,
  whitenedPitfall,
} from "./taskSelection";
