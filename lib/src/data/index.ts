/** @file Files in and out: features, tables, covariances. */

export { FeatureFileError } from "./featureFileError";
export { type MomentOptions, Moments, readMoments, SecondMoments } from "./moments";
export { decodeNpy } from "./npy";
export { type FeatureFormat, readFeatures } from "./readFeatures";
export { type ReadTaskOptions, readTask, readTasks, type TaskData } from "./readTask";
export { type ResultRow, readResults } from "./resultTable";
export type { FeatureTable, ReadOptions, RowBatch } from "./table";
