/** @file Random streams, exact fractions, statistics: what everything stands on. */
export { HypothesisError } from "./check";
export { finiteDifferenceGradient } from "./finiteDifference";
export { distinct, geometricIntegers, integers } from "./grids";
export { type ExponentialTail, fitExponentialTail, type HeavyTail, type TailDiagnosis, type TailDriver, tailDiagnosis } from "./heavyTail";
export { Random } from "./random";
export { Rational } from "./rational";
export { simultaneousLimit } from "./simultaneousLimit";
export { type Mean, meanAndError, type Quantile, quantiles } from "./statistics";
export { type Share, wilsonInterval } from "./wilsonInterval";
