/** @file Monte Carlo with standard errors, on one thread or several; sweeps over grids. */
export { compare, type PairedDifference } from "./compare";
export { type CotErrorOptions, type CotErrorParams, cotError } from "./cotError";
export type { WeightMode } from "./cotKernel";
export type { SimulationOptions } from "./engine";
export { type EstimatorErrorOptions, type EstimatorErrorParams, estimatorErrors } from "./estimatorErrors";
export type { Experiment, ExperimentKind, Sampler } from "./experiment";
export { closeWorkers } from "./pool";
export { type PointRow, resultRows } from "./resultRows";
export { largestZ, type SampleMean, type SampleMeanMatrix, type SampleMeanOptions, sampleMean, sampleMeanMatrix } from "./sampleMean";
export { simulate } from "./simulate";
export type { Curve, CurvePoint, SimulationResult } from "./simulationResult";
export { CellStore, type StoredCell } from "./sweep/cellStore";
export { type FinishedCell, type GatheredCells, gatherCells, type MissingCell } from "./sweep/mergeSweep";
export { readSweep, type SweepRow } from "./sweep/readSweep";
export {
  type CellOptions,
  type FailedCell,
  runCell,
  runSweep,
  type SweepProgress,
  type SweepRun,
  type SweepRunOptions,
  type UnusableCell,
} from "./sweep/runSweep";
export {
  type CellParams,
  type CellWork,
  type Json,
  type PredictedCurve,
  type Sweepable,
  type SweepParameter,
  sweepables,
} from "./sweep/sweepable";
export { type Shard, type StreamMode, type SweepCell, type SweepSpec, sweepCells, sweepSpec } from "./sweep/sweepSpec";
export { writeSweepTable } from "./sweep/sweepTable";
