/** @file The studies' names, for the notebooks. */

export { type AlphaBScanParams, type AlphaBScanRow, alphaBScan } from "./alphaBScan";
export { type AlphaBTable, type AlphaBTableParams, alphaBTable } from "./alphaBTable";
export { type CalibrationParams, type CalibrationResult, type CalibrationTrial, calibrate } from "./calibration";
export { type CalibrationSummary, calibrationSettings, calibrationSummary } from "./calibrationExperiment";
export {
  momentsOfRows,
  type Population,
  type RealCalibrationParams,
  type RealTrial,
  realCalibrationSettings,
  realTrial,
} from "./calibrationReal";
export { type EstimationRow, type EstimationTrialParams, estimateTasks, estimationTrial } from "./estimationTrial";
export { type MixtureScatter, mixtureScatter, nthTaskPool, rankCorrelation } from "./mixtureScatter";
export {
  type IntervalScore,
  type OverthinkingBootstrap,
  type OverthinkingBootstrapParams,
  overthinkingBootstrap,
} from "./overthinkingBootstrap";
export { type RefusalTrial, type RefusalTrialParams, refusalTrial } from "./refusalTrial";
export { type RuleOptions, ruleWeights, SELECTION_RULES, type SelectionRule } from "./rules";
export { alphaBSettings, estimationSettings, trialSettings } from "./selectionExperiments";
export {
  type SelectionTrial,
  type SelectionTrialParams,
  selectionTrial,
  type TrialContrast,
  type TrialCurve,
  type TrialSummary,
  trialContrast,
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
  type PoolNormalisation,
  type PoolReading,
  TASK_TYPES,
  type TaskPool,
  type TaskPoolParams,
  type TaskType,
  typeShares,
} from "./taskPool";
