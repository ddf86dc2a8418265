/** @file Files in and out: features, tables, covariances. */
export { type MomentOptions, Moments, readMoments, SecondMoments } from "./moments";
export { decodeNpy } from "./npy";
export { type FeatureFormat, readFeatures } from "./readFeatures";
export { type ReadTaskOptions, readTask, readTasks, type TaskData } from "./readTask";
export { type ResultRow, readResults } from "./resultTable";
export { FeatureFileError, type FeatureTable, type ReadOptions, type RowBatch } from "./table";
