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
export { type EstimationRow, type EstimationTrialParams, estimateTasks, estimationSettings, estimationTrial } from "./estimationTrial";
export { type MixtureScatter, mixtureScatter, rankCorrelation } from "./mixtureScatter";
export {
  type IntervalScore,
  type OverthinkingBootstrap,
  type OverthinkingBootstrapParams,
  overthinkingBootstrap,
} from "./overthinkingBootstrap";
export { type RefusalTrial, type RefusalTrialParams, refusalTrial } from "./refusalTrial";
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
