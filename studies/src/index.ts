/**
 * @file The studies, one a file, for the notebooks. A file that is named after its function gives its names as they are; the others are
 * groups, `studies.scalingLaw.errorMap`.
 */
export * from "./alphaBTable";
export * from "./bootstrapSelection";
export * as calibration from "./calibration";
export * as calibrationReal from "./calibrationReal";
export * from "./calibrationSummary";
export * from "./compareAtCost";
export * from "./compareStopping";
export * from "./estimationTrial";
export * from "./estimatorCost";
export * as evidence from "./evidence";
export * from "./jointOptimum";
export * from "./jointTraining";
export * from "./learnedUpdate";
export * from "./measureOnRows";
export * from "./mixtureScatter";
export * as overthinking from "./overthinking";
export * from "./overthinkingBootstrap";
export * as overthinkingChecks from "./overthinkingChecks";
export * as overthinkingFigures from "./overthinkingFigures";
export * from "./peerMethods";
export * from "./preconditionerFits";
export * from "./promptGrowth";
export * from "./proposition43Counterexamples";
export * from "./readInGradient";
export * from "./readLabels";
export * from "./refusalTrial";
export * from "./runExperiments";
export * as runStore from "./runStore";
export * from "./scaleWindows";
export * as scalingLaw from "./scalingLaw";
export * as scalingLawChecks from "./scalingLawChecks";
export * as seedCurves from "./seedCurves";
export * as selectionRules from "./selectionRules";
export * from "./selectionTrial";
export * from "./skillMoments";
export * as stoppingRules from "./stoppingRules";
export * as symbolExperiment from "./symbolExperiment";
export * as taskPool from "./taskPool";
