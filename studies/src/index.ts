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
export { type BootstrapSelection, type BootstrapSelectionParams, bootstrapSelection } from "./bootstrapSelection";
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
export { claimRows, type Evidence, paperRows, readEvidence } from "./evidence";
export { type JointOptimum, type JointOptimumParams, jointOptimum } from "./jointOptimum";
export { type JointState, type JointTrainingParams, type JointTrainingResult, jointTraining } from "./jointTraining";
export { type LearnedUpdate, type LearnedUpdateParams, learnedUpdate } from "./learnedUpdate";
export { type Measured, type MeasuredCurve, type Measurement, type MeasureParams, measureOnRows } from "./measureOnRows";
export { type MixtureScatter, mixtureScatter, rankCorrelation } from "./mixtureScatter";
export {
  type IntervalScore,
  type OverthinkingBootstrap,
  type OverthinkingBootstrapParams,
  overthinkingBootstrap,
} from "./overthinkingBootstrap";
export {
  askFor,
  type BrokenCase,
  brokenCases,
  brokenRows,
  calibrationByLength,
  calibrationRows,
  checkChart,
  checkLength,
  checkMixtures,
  checkRows,
  directionRows,
  fileRows,
  labelRows,
  type MixtureCheck,
  type OwnData,
  type OwnDataSetting,
  type OwnFiles,
  ownDataChecks,
  readOwnData,
  sourceShares,
} from "./ownData";
export { type PeerMethodsParams, peerMethods } from "./peerMethods";
export {
  type ExcessConstantParams,
  excessConstant,
  type PreconditionerFits,
  type PreconditionerFitsParams,
  preconditionerFits,
} from "./preconditionerFits";
export { type Proposition43Counterexample, proposition43Counterexamples } from "./proposition43Counterexamples";
export {
  costRows,
  criticalPrompts,
  type ExcessConstants,
  excessConstants,
  FIT_KINDS,
  type Fits,
  fitPreconditioners,
  fitRows,
  layerRows,
  type MethodRun,
  methodsOf,
  type PairedMethods,
  pairedMethods,
  pairedRows,
  predictedExcess,
  type QuestionsSetting,
  runMethods,
  type SmallPoint,
  type SmallTraining,
  sampleOverthinking,
  simulateSmall,
  smallTraining,
  spectrumName,
  stepsForOneSolution,
  type TrainedLayer,
  trainedLayers,
  worstRatio,
  zOf,
} from "./questions";
export {
  type CostRuns,
  costChecks,
  type FitRuns,
  fitChecks,
  fitsAgainstStored,
  methodsAgainstStored,
  sampleChecks,
  smallChecks,
  trainingChecks,
} from "./questionsChecks";
export { type ReadInGradient, readInGradient } from "./readInGradient";
export { readLabels } from "./readLabels";
export { type RefusalTrial, type RefusalTrialParams, refusalTrial } from "./refusalTrial";
export { type ExperimentParams, type RetrainParams, retrainExperiments, runExperiments } from "./runExperiments";
export { type RunStore, readRunStore, type StoredLoss, type StoredRun, type StoredUpdate } from "./runStore";
export {
  type AlignedChain,
  affordable,
  alignedChain,
  bestStepsRows,
  boundRatios,
  type CostCurves,
  type CriticalTraining,
  costCurves,
  criticalTrainingRows,
  type DivergingShareParams,
  divergingShare,
  type EdgeRows,
  type EqualLengthRun,
  type EqualLengths,
  type ErrorMap,
  type ExchangeTable,
  edgeRows,
  endlessPoints,
  equalLengths,
  errorMap,
  exchangeTable,
  fixedLengthRows,
  type HarderTasks,
  harderTasks,
  type LawPoint,
  levelLines,
  longPoints,
  type PhaseDiagram,
  type PhaseDiagramParams,
  phaseDiagram,
  powerLaw,
  type RandomExchange,
  randomExchanges,
  type ScalingLawSetting,
  type ShortPrompts,
  shortPrompts,
  shortTrainingTable,
  type TargetSteps,
  threeExponents,
  tiltedEdgeRows,
} from "./scalingLaw";
export {
  type EdgeRuns,
  type ExchangeRuns,
  edgeChecks,
  exchangeChecks,
  firstOrderLength,
  type LawRuns,
  lawChecks,
  shortPromptChecks,
  taskChecks,
} from "./scalingLawChecks";
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
export { skillMoments } from "./skillMoments";
export {
  abstentionChart,
  bestOf,
  bestStepRows,
  budgetRows,
  costCase,
  coverageChart,
  type DiagnosticFamily,
  diagnosticFamilies,
  familyRows,
  freeOfNoise,
  isStored,
  type NoisyCase,
  noisyCases,
  plugInChart,
  readStoredQuestions,
  STOPPED,
  type StoredQuestions,
  sampleRow,
  sampleRows,
  storedCostChart,
  storedDivergingChart,
  storedFit,
  storedFitChart,
  storedFitRows,
  storedWords,
  type TrainingSlopes,
  trainingPoints,
  trainingSlopes,
} from "./storedQuestions";
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
