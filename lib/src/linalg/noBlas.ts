/** @file What stands in the place of `blas` where there is no Node: a browser or its worker finds no BLAS, and our own code computes. */
import type { findBlas as find, blasTurnedOff as turnedOff } from "./blas";

export const findBlas: typeof find = () => null;
export const blasTurnedOff: typeof turnedOff = () => false;
