/** @file cotlab's public names. */
export { HypothesisError } from "./core/check";
export { finiteDifferenceGradient } from "./core/finiteDifference";
export { fitExponentialTail, type HeavyTail, type TailDiagnosis, tailDiagnosis } from "./core/heavyTail";
export { Random } from "./core/random";
export { Rational } from "./core/rational";
export { type Mean, meanAndError, type Quantile, quantiles } from "./core/statistics";
export { wilsonInterval } from "./core/wilsonInterval";
export { type MomentOptions, Moments, readMoments, SecondMoments } from "./data/moments";
export { decodeNpy } from "./data/npy";
export { type RankUpdate, rankUpdate } from "./data/rankUpdate";
export { type FeatureFormat, readFeatures } from "./data/readFeatures";
export { readLabels } from "./data/readLabels";
export { parseCsv, parseNpy, type ReadTaskOptions, readTask, readTasks, type TaskData } from "./data/readTask";
export { FeatureFileError, type FeatureTable, type ReadOptions, type RowBatch } from "./data/table";
export { type CollectedFeatures, type CollectOptions, collectFeatures } from "./diagnostic/collectFeatures";
export { projectRows, type Reduction, reduceMoments } from "./diagnostic/components";
export type { CoverageReport, TargetDirection } from "./diagnostic/coverageReport";
export { type DiagnoseParams, type Diagnosis, diagnose, type FeatureSource } from "./diagnostic/diagnose";
export { type DiagnosisFigures, diagnosisFigures } from "./diagnostic/diagnosisFigures";
export type { Estimate } from "./diagnostic/jackknife";
export { type Measured, type MeasuredCurve, type Measurement, type MeasureParams, measureOnRows } from "./diagnostic/measureOnRows";
export type { PredictedError, Prediction, StepMargin, Verdict } from "./diagnostic/prediction";
export type { Recommendation } from "./diagnostic/recommendation";
export { diagnosisCsv, diagnosisJson, diagnosisTable, diagnosisText, writeDiagnosis } from "./diagnostic/report";
export { type Shrinkage, shrink, shrinkageIntensity } from "./diagnostic/shrinkage";
export type { SpectrumReport } from "./diagnostic/spectra";
export { studentQuantile } from "./diagnostic/student";
export { writeDiagnosisFigures } from "./diagnostic/writeDiagnosisFigures";
export { type Estimator, type EstimatorSpec, squaredErrors } from "./estimators/estimator";
export { type EstimatorCost, type EstimatorCostParams, estimatorCost } from "./estimators/estimatorCost";
export { estimatorFromSpec, estimatorNames, estimatorOptions } from "./estimators/estimators";
export { gradientDescent as promptGradientDescent, newton } from "./estimators/gradientDescent";
export { type HeldOutParams, heldOutStopping, type StoppingChoice, type StoppingParams } from "./estimators/heldOutStopping";
export { chebyshev, conjugateGradient } from "./estimators/krylov";
export { bayesRidge, crossValidatedRidge, leastSquares, ridge } from "./estimators/leastSquares";
export { type PeerMethodsParams, peerMethods } from "./estimators/peerMethods";
export { attentionRollout, chainOfThought, directIcl, populationNewton } from "./estimators/preconditionedIteration";
export {
  closedFormPreconditioner,
  type EstimatePreconditionerParams,
  estimatePreconditioner,
  learnedPreconditioner,
} from "./estimators/preconditioner";
export { inputStopping, residualStopping } from "./estimators/promptStopping";
export {
  type BudgetSummary,
  type EvaluationSummary,
  inBucket,
  type LengthBucket,
  lengthBuckets,
  type Proportion,
  summarizeEvaluation,
  summaryCsv,
} from "./evaluation/accuracy";
export { apiKeyFor } from "./evaluation/apiKey";
export type { ChainPolicy, JudgedChain } from "./evaluation/chain";
export { ChatClient, type ChatClientParams, ChatError } from "./evaluation/chatClient";
export { type CompletionServer, type CompletionServerParams, startCompletionServer } from "./evaluation/completionServer";
export {
  type AnsweredProblem,
  type Evaluation,
  type EvaluationParams,
  EvaluationStoppedError,
  readEvaluation,
  runEvaluation,
} from "./evaluation/evaluation";
export { type EvaluationProblem, evaluationProblem, readChatProblems } from "./evaluation/evaluationProblem";
export { type AccuracyDifference, compareEvaluations, pairedBootstrap } from "./evaluation/pairedBootstrap";
export { PAPER_TABLE, type PaperRole, paperTable, paperTableMarkdown, type TableRow } from "./evaluation/paperTable";
export type { AxisParams } from "./figures/axes";
export { type BarChartParams, type BarSeries, barChart } from "./figures/barChart";
export { type ExportedFigure, type ExportParams, exportFigure, type FigureMetadata, type PresetName } from "./figures/exportFigure";
export type { EndLabel, Figure, FigureSize, FigureTable } from "./figures/figure";
export { fitFigure } from "./figures/fitFigure";
export { type HeatmapParams, heatmap } from "./figures/heatmap";
export type { LegendPlace } from "./figures/legend";
export { type LineChartParams, lineChart, type Series } from "./figures/lineChart";
export type { Mark } from "./figures/marks";
export { math } from "./figures/math";
export { renderPdf } from "./figures/renderPdf";
export { renderPng } from "./figures/renderPng";
export { renderSvg } from "./figures/renderSvg";
export { seriesStyle } from "./figures/theme";
export {
  type Backend,
  type BackendOptions,
  defaultBackend,
  type LinearAlgebra,
  linearAlgebra,
  type ProductBackend,
} from "./linalg/backend";
export {
  type BatchOptions,
  batchedCholesky,
  batchedProduct,
  batchedSolve,
  batchedSymmetricEigen,
  batchedSymmetricEigenvalues,
} from "./linalg/batched";
export { type Blas, findBlas } from "./linalg/blas";
export { cholesky, choleskySolve } from "./linalg/cholesky";
export { generalizedEigen, generalizedEigenvalues } from "./linalg/generalizedEigen";
export { type ProductOptions, product, type SymmetricProductOptions, symmetricProduct, type TargetOptions } from "./linalg/product";
export { type SymmetricEigen, symmetricEigen, symmetricEigenvalues } from "./linalg/symmetricEigen";
export { type RolloutOptions, rollout, type ThoughtMode } from "./model/chainOfThought";
export { Covariance } from "./model/covariance";
export { appendThought, type Examples, embed, readThought, replaceThought } from "./model/embedding";
export { type GammaParams, gammaEigenvalues, gammaMatrix } from "./model/gamma";
export { type LsaParameters, linearSelfAttention, structuredParameters } from "./model/linearSelfAttention";
export { type AlignmentParams, inverseGamma } from "./model/pencil";
export { type Prompt, type PromptParams, sampleInputs, samplePrompt } from "./model/prompt";
export { type SecondMomentParams, sampleSecondMoment, secondMomentSampler } from "./model/sampleWishart";
export { type Normalisation, normaliseSpectrum, type PowerLawSpectrumParams, powerLawSpectrum } from "./model/spectrum";
export { promptLoss, promptLossGradient } from "./model/trainingLoss";
export { claimRows, type Evidence, paperRows, readEvidence } from "./notebook/evidence";
export { type LiveFigure, liveFigure } from "./notebook/liveFigure";
export { type OnProgress, progress } from "./notebook/progress";
export { type ShowOptions, show } from "./notebook/show";
export { formatNumber, type TableOptions, table } from "./notebook/table";
export {
  type Check,
  checkAllZ,
  checkClose,
  checkTrue,
  checkZ,
  type PaperStatement,
  type SimulatedPoint,
  STANDS,
  type Stands,
  type VerdictParams,
  verdict,
} from "./notebook/verdict";
export { versions } from "./notebook/versions";
export { type CovarianceGramParams, covarianceFactor, covarianceGram } from "./optimize/gram";
export type { QpMatrix } from "./optimize/simplexQp";
export {
  type ActiveConstraints,
  type CertifiedQp,
  certifySimplexQp,
  type QpCertificate,
  type QpConflict,
  type QpGroup,
  type QpMultipliers,
  SIMPLEX_QP_STATUS,
  SimplexQpError,
  type SimplexQpOptions,
  type SimplexQpProblem,
  type SimplexQpResult,
  type SimplexQpStatus,
  simplexQp,
} from "./optimize/simplexQp";
export { type AnswerJudgement, type JudgedAnswer, judgeAnswer } from "./reasoning/answer";
export { type ArithmeticParams, arithmeticProblem } from "./reasoning/arithmetic";
export { commonestAnswer, difficultyProfile, type MeasureProfile } from "./reasoning/difficultyProfile";
export { type GcdParams, gcdProblem } from "./reasoning/gcd";
export type { GenerationParams, LanguageModel } from "./reasoning/languageModel";
export { type PolynomialParams, polynomialProblem } from "./reasoning/polynomial";
export {
  type Detail,
  type Problem,
  SKILLS,
  type Skill,
  type Split,
  type Step,
  skillCounts,
  splitOf,
  type Task,
  trace,
} from "./reasoning/problem";
export { chatLine, drawProblem, drawProblemSet, type ProblemSetParams, type ProblemSpec, solution } from "./reasoning/problemSet";
export { skillMoments } from "./reasoning/skillMoments";
export { type BootstrapSelection, type BootstrapSelectionParams, bootstrapSelection } from "./selection/bootstrapSelection";
export { type Coverage, type CoverageParams, mixtureCoverage, promptMargin } from "./selection/coverage";
export { type ErrorSelection, type ErrorSelectionParams, errorSelection, randomMixture } from "./selection/errorSelection";
export { MixtureModel, type SelectionSetting } from "./selection/mixtureModel";
export { type Selection, selectTasks } from "./selection/selectTasks";
export {
  largestMargin,
  type StablePivot,
  type StableSelection,
  StableSelectionError,
  type StableSelectionParams,
  type StableSelectionStatus,
  stableSelection,
} from "./selection/stableSelection";
export { compare, type PairedDifference } from "./simulation/compare";
export { type CostComparison, type CostedCurve, compareAtCost } from "./simulation/compareAtCost";
export {
  type CompareStoppingParams,
  compareStopping,
  type Share,
  type StoppingRule,
  type StoppingScore,
} from "./simulation/compareStopping";
export { type CotErrorOptions, type CotErrorParams, cotError } from "./simulation/cotError";
export { type EstimatorErrorOptions, estimatorErrors } from "./simulation/estimatorsExperiment";
export type { Experiment, ExperimentKind, PreparedExperiment } from "./simulation/experiment";
export { closeWorkers } from "./simulation/pool";
export {
  type ExcessConstantParams,
  excessConstant,
  type PreconditionerFits,
  type PreconditionerFitsParams,
  preconditionerFits,
} from "./simulation/preconditionerFits";
export { largestZ, type SampleMean, type SampleMeanMatrix, sampleMean, sampleMeanMatrix } from "./simulation/sampleMean";
export { findCurve, type SimulationOptions, simulate } from "./simulation/simulate";
export type { Curve, CurvePoint, SimulationResult } from "./simulation/simulationResult";
export { type CellRow, CellStore, type StoredCell } from "./simulation/sweep/cellStore";
export { libraryBuild } from "./simulation/sweep/libraryBuild";
export { type FinishedCell, type GatheredCells, gatherCells, type MissingCell } from "./simulation/sweep/mergeSweep";
export { readSweep, type SweepRow } from "./simulation/sweep/readSweep";
export {
  type FailedCell,
  runCell,
  runSweep,
  type SweepProgress,
  type SweepRun,
  type SweepRunOptions,
  type UnusableCell,
} from "./simulation/sweep/runSweep";
export { type Sweepable, type SweepParameter, sweepables } from "./simulation/sweep/sweepable";
export { type Shard, type StreamMode, type SweepCell, type SweepSpec, sweepCells, sweepSpec } from "./simulation/sweep/sweepSpec";
export { type SweepColumn, sweepTable, writeSweepTable } from "./simulation/sweep/sweepTable";
export { anisotropicCriticalTestLength, criticalTestLength, criticalTrainingLength } from "./theory/finite/criticalTestLength";
export {
  type DeterministicEquivalentParams,
  deterministicEquivalent,
  logDeterministicEquivalent,
} from "./theory/finite/deterministicEquivalent";
export { logEigenvalueDensity, type WishartSize } from "./theory/finite/eigenvalueDensity";
export {
  type InverseLengthExpansion,
  type InverseLengthExpansionParams,
  type IsotropicExpansionParams,
  inverseLengthExpansion,
  inverseLengthTheorem,
  isotropicInverseLengthExpansion,
  scalingLawTestLength,
} from "./theory/finite/inverseLengthExpansion";
export type { IsotropicCurveParams, IsotropicErrorParams } from "./theory/finite/isotropicError";
export {
  bestSteps,
  isotropicError,
  isotropicErrorCurve,
  isotropicErrorTheorem,
  logIsotropicError,
  logIsotropicErrorCurve,
} from "./theory/finite/isotropicError";
export {
  logMarchenkoPasturError,
  type MarchenkoPasturErrorParams,
  type MarchenkoPasturParams,
  type MarchenkoPasturSupport,
  marchenkoPasturDensity,
  marchenkoPasturError,
  marchenkoPasturSupport,
} from "./theory/finite/marchenkoPastur";
export { heuristicDivergenceStep, logMeanErrorLowerBound, type MeanDivergenceParams, meanDivergence } from "./theory/finite/meanDivergence";
export { type NonCommutingErrorParams, nonCommutingError, nonCommutingErrorTheorem } from "./theory/finite/nonCommutingError";
export { type SpectralEdgeParams, spectralEdges } from "./theory/finite/spectralEdge";
export { logMeanTracePower, type TracePowerParams } from "./theory/finite/tracePower";
export {
  type FinitePromptParams,
  largestStepEigenvalue,
  type TypicalBehaviour,
  typicalBehaviour,
  typicalConvergence,
} from "./theory/finite/typicalBehaviour";
export {
  type WishartMomentsParams,
  wishartMoments,
  wishartMomentsByLoops,
  wishartMomentsByPartitions,
} from "./theory/finite/wishartMoments";
export { type Judgement, type JudgeOptions, judgeClaim, type RegisteredTheorem, register } from "./theory/judgeClaim";
export {
  alignedLimitError,
  type Corollary35Params,
  corollary35,
  corollary35Bound,
  corollary35Exact,
  corollary35Rate,
  logAlignedLimitError,
  logCorollary35Bound,
} from "./theory/paper/corollary35";
export {
  type CriticalLengthParams,
  criticalLength,
  criticalLengthDichotomy,
  criticalLengths,
  type Direction,
  type DirectionContribution,
  directionContributions,
} from "./theory/paper/criticalLength";
export {
  bernoulliExchange,
  bernoulliSteps,
  type ExchangeParams,
  lengthForError,
  localExponent,
  stepsForError,
  stepsForErrorByBound,
  stepsToMatch,
  type UpdateCost,
  updateCost,
} from "./theory/paper/exchange";
export { hardness, hardnessMaximum, hardnessMinimum, isSingular, skillHardness, skillStrengths } from "./theory/paper/hardness";
export { limitBestSteps } from "./theory/paper/limitBestSteps";
export { logMixtureLimitError, type MixtureTestParams, mixtureGrowth, mixtureLimitError } from "./theory/paper/mixtureLimitError";
export {
  type Mixing,
  type MixtureMoments,
  type MixtureParams,
  mixtureGamma,
  mixtureMoments,
  multiTaskLoss,
  multiTaskLossFormula,
  multiTaskMinimalLoss,
  multiTaskMinimum,
  multiTaskOptimum,
} from "./theory/paper/multiTaskOptimum";
export {
  type LimitBehaviour,
  limitBehaviour,
  limitError,
  logLimitError,
  logOverthinkingTrace,
  type OverthinkingParams,
  overthinkingDichotomy,
  overthinkingExact,
  overthinkingRate,
  overthinkingSpectrum,
  overthinkingTrace,
  overthinkingTraceBound,
  overthinkingTraceFormula,
  type TraceRelation,
  traceRelation,
} from "./theory/paper/overthinking";
export {
  type ClosedFormParams,
  type NewtonDistance,
  newtonDistance,
  type Proposition32Params,
  proposition32,
  pseudoNewtonClosedForm,
  pseudoNewtonStep,
  stepsOfPaperIndex,
} from "./theory/paper/proposition32";
export {
  examineProposition43,
  guaranteedHardShare,
  type Proposition43Params,
  type Proposition43Report,
  type Proposition43Split,
  proposition43,
  proposition43Splits,
} from "./theory/paper/proposition43";
export { type Proposition43Counterexample, proposition43Counterexamples } from "./theory/paper/proposition43Counterexamples";
export { proposition43Theorem } from "./theory/paper/proposition43Theorem";
export type { SelectionErrorBoundParams } from "./theory/paper/taskSelection";
export {
  type SelectionForm,
  type SelectionParams,
  type SelectionProgram,
  selectionErrorBound,
  selectionObjective,
  selectionProgram,
  selectionPromise,
} from "./theory/paper/taskSelection";
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
  type Theorem31Params,
  type Theorem31PointParams,
  theorem31,
} from "./theory/paper/theorem31";
export {
  alignedOneStepError,
  type OneStepParams,
  oneStepError,
  oneStepErrorOf,
  type PreconditionedStep,
  type Theorem33Params,
  theorem33,
  theorem33Bound,
  theorem33Exact,
  theorem33Sharper,
  theorem33SharperBound,
  theorem33Vacuity,
} from "./theory/paper/theorem33";
export { theorems } from "./theory/registry";
export { type ClaimKind, defineTheorem, type Theorem } from "./theory/theorem";
export { type GradientDescentParams, type GradientDescentResult, gradientDescent } from "./theory/training/gradientDescent";
export { jointOptimum } from "./theory/training/jointOptimum";
export { type JointTrainingResult, jointTraining } from "./theory/training/jointTraining";
export { cosineSchedule } from "./theory/training/schedule";
export { type StochasticGradientDescentResult, stochasticGradientDescent } from "./theory/training/stochasticGradientDescent";
export { type TrainedChainParams, trainedChainError, trainingForSteps } from "./theory/training/trainingForSteps";
export { CheckpointError, readCheckpoint, writeCheckpoint } from "./transformer/checkpoint";
export { type CurveRow, type CurveSummary, curvesCsv, measureCurves, readCurves, summarizeCurves } from "./transformer/curveTable";
export { type ThinkingCurve, type ThinkingCurveParams, thinkingCurve } from "./transformer/evaluate";
export { fitUpdate, type LearnedUpdate, type LearnedUpdateParams, learnedUpdate } from "./transformer/learnedUpdate";
export { type ReadInGradient, readInGradient } from "./transformer/readInGradient";
export {
  type CurveSettings,
  learningRateAt,
  type PromptDistribution,
  type RunConfig,
  runConfig,
  type Spectrum,
  type TrainingRecipe,
} from "./transformer/recipe";
export {
  type ExperimentParams,
  measureUpdates,
  type RetrainParams,
  retrainExperiments,
  runExperiments,
} from "./transformer/regressionRuns";
export { type RunStore, readRunStore, type StoredLoss, type StoredRun, type StoredUpdate } from "./transformer/runStore";
export { curveRise, type Rise, type SeedCurve, seedCurve, stepsToReach } from "./transformer/seedCurves";
export { type SymbolCorpusParams, symbolCorpus } from "./transformer/symbols/symbolCorpus";
export { readSymbolModel, symbolModel } from "./transformer/symbols/symbolModel";
export { type SymbolModelConfig, symbolModelConfig, symbolModelShape } from "./transformer/symbols/symbolModelConfig";
export { type SymbolRunOptions, type SymbolRunState, trainSymbolModel, writeSymbolModel } from "./transformer/symbols/symbolModelRun";
export { decodeSymbols, encodeSymbols } from "./transformer/symbols/symbolTokens";
export { TokenGenerator, type TokenModelShape, tokenModelParameters } from "./transformer/tokenModel";
export { type TokenExamples, type TokenRun, tokenTrainer } from "./transformer/tokenProgram";
export type { StepResult, Trainer, TrainerOptions } from "./transformer/trainer";
export { type RunProgress, type RunState, readRun, type TrainingRunOptions, trainingRun } from "./transformer/trainingRun";
export { type ModelProgress, type TrainedModel, type TrainModelOptions, trainModel } from "./transformer/trainModel";
export { recipeStep, regressionTrainer, tokensPerStep } from "./transformer/trainRegression";
export { type VectorModelShape, vectorModelParameters } from "./transformer/vectorModel";
