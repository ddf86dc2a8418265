/** @file Parameters as kernels take them: the addresses of weights and of their gradients, by the names of the kernels' arguments. */
import type { BlockParameters, LinearParameters, NormParameters, Parameter } from "./parameters";
import type { Place } from "./workspace";

/** Every kind of parameter; without training the gradients' addresses mean nothing. */
export function operands({ weights, gradients = 0 }: Place) {
  const weight = ({ offset }: Parameter): number => weights + 4 * offset;
  const gradient = ({ offset }: Parameter): number => gradients + 4 * offset;
  const table = (rows: Parameter) => ({ table: weight(rows), dTable: gradient(rows) });
  const matrix = (W: Parameter) => ({ M: W.rows, N: W.columns, W: weight(W), dW: gradient(W) });
  const linear = ({ weight: W, bias }: LinearParameters) => ({ ...matrix(W), bias: weight(bias), dBias: gradient(bias) });
  const norm = ({ gamma, beta }: NormParameters) => ({
    ...{ gamma: weight(gamma), beta: weight(beta) },
    ...{ dGamma: gradient(gamma), dBeta: gradient(beta) },
  });
  const block = ({ norm1, qkv, out, norm2, up, down }: BlockParameters) => ({
    ...{ norm1: norm(norm1), qkv: linear(qkv), out: linear(out) },
    ...{ norm2: norm(norm2), up: linear(up), down: linear(down) },
  });
  return { gradient, table, matrix, linear, norm, block };
}
