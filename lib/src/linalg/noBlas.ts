/** @file What stands in the place of `blas` where there is no Node: a browser or its worker finds no BLAS, and our own code computes. */
import type * as native from "./blas";

export const findBlas: typeof native.findBlas = () => null;
export const findLapack: typeof native.findLapack = () => null;
export const needKoffi: typeof native.needKoffi = () => {};
export const blasTurnedOff: typeof native.blasTurnedOff = () => false;
