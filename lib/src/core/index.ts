/** @file Random streams, exact fractions, statistics: what everything stands on. */
export { HypothesisError } from "./check";
export { finiteDifferenceGradient } from "./finiteDifference";
export { fitExponentialTail, type HeavyTail, type TailDiagnosis, tailDiagnosis } from "./heavyTail";
export { Random } from "./random";
export { Rational } from "./rational";
export { type Mean, meanAndError, type Quantile, quantiles } from "./statistics";
export { wilsonInterval } from "./wilsonInterval";
