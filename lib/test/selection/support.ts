/** @file What the selection tests share: task pools that do not commute, and brute force over the simplex. */
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { Covariance } from "../../dist/model/covariance.js";

/** ZZᵀ/d + floor I for a normal Z. */
export function randomCovariance(d: number, floor: number, random: Random): Covariance {
  const Z = Matrix.from1DArray(d, d, Array.from(random.fillNormal(new Float64Array(d * d))));
  return Covariance.fromMatrix(
    Z.mmul(Z.transpose())
      .div(d)
      .add(Matrix.eye(d, d, floor)),
  );
}

/** Tasks and a target that do not commute. */
export function randomSetting(d: number, count: number, seed: number, floor = 0.2) {
  const random = Random.seed(seed).stream("setting");
  return {
    tasks: Array.from({ length: count }, (_, l) => randomCovariance(d, floor, random.stream("task", l))),
    target: randomCovariance(d, 0.3, random.stream("target")),
    lengths: Array.from({ length: count }, (_, l) => 10 + 15 * l),
  };
}

/** All mixtures of three tasks with weights that are multiples of 1/parts. */
export function simplexGrid(parts: number): number[][] {
  return Array.from({ length: parts + 1 }, (_, a) =>
    Array.from({ length: parts + 1 - a }, (_, b) => [a / parts, b / parts, (parts - a - b) / parts]),
  ).flat();
}
