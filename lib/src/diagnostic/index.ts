/** @file The theory as a diagnostic of a user's own features. */
export { type CollectedFeatures, type CollectOptions, collectFeatures } from "./collectFeatures";
export { projectRows, type Reduction, reduceMoments } from "./components";
export type { CoverageReport, TargetDirection } from "./coverageReport";
export { type DiagnoseParams, type Diagnosis, diagnose, type FeatureSource } from "./diagnose";
export { type DiagnosisFigures, diagnosisFigures } from "./diagnosisFigures";
export type { Estimate } from "./jackknife";
export type { PredictedError, Prediction, StepMargin, Verdict } from "./prediction";
export type { Recommendation } from "./recommendation";
export { diagnosisText, writeDiagnosis } from "./report";
export { type Shrinkage, shrink, shrinkageIntensity } from "./shrinkage";
export type { SpectrumReport } from "./spectra";
export { studentQuantile } from "./studentQuantile";
export type { TrainingNeeds } from "./trainingNeeds";
export { writeDiagnosisFigures } from "./writeDiagnosisFigures";
