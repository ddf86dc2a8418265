/**
 * @file cotlab's public names, in groups by what one does with them: `cot.theory.limitError`, `cot.simulation.simulate`.
 * The few that almost every program needs are also here without a group.
 */
export * as core from "./core";
export { HypothesisError } from "./core/check";
export { Random } from "./core/random";
export * as data from "./data";
export * as diagnostic from "./diagnostic";
export { diagnose } from "./diagnostic/diagnose";
export * as estimators from "./estimators";
export * as evaluation from "./evaluation";
export * as figures from "./figures";
export { barChart } from "./figures/barChart";
export { exportFigure } from "./figures/exportFigure";
export { heatmap } from "./figures/heatmap";
export { lineChart } from "./figures/lineChart";
export * as linalg from "./linalg";
export * as model from "./model";
export { Covariance } from "./model/covariance";
export { gammaMatrix } from "./model/gamma";
export { powerLawSpectrum } from "./model/spectrum";
export * as notebook from "./notebook";
export { explore } from "./notebook/explore";
export { parameters } from "./notebook/parameters";
export { progress } from "./notebook/progress";
export { remark, say } from "./notebook/say";
export { show } from "./notebook/show";
export { table } from "./notebook/table";
export { checkAllZ, checkClose, checkTrue, checkZ, given, verdict } from "./notebook/verdict";
export * as optimize from "./optimize";
export { simplexQp } from "./optimize/simplexQp";
export * as reasoning from "./reasoning";
export * as selection from "./selection";
export * as simulation from "./simulation";
export { cotError } from "./simulation/cotError";
export { simulate } from "./simulation/simulate";
export * as theory from "./theory";
export { optimalV } from "./theory/paper/theorem31";
export * as transformer from "./transformer";
