/** @file Which tasks to train on. */
export { type Coverage, type CoverageParams, mixtureCoverage, promptMargin } from "./coverage";
export { type ErrorSelection, type ErrorSelectionParams, errorSelection, randomMixture } from "./errorSelection";
export { MixtureModel, type SelectionSetting } from "./mixtureModel";
export { type Selection, selectTasks } from "./selectTasks";
export type { StablePivot, StableSelection, StableSelectionParams, StableSelectionStatus } from "./stableSelection";
export { largestMargin, StableSelectionError, stableSelection } from "./stableSelection";
