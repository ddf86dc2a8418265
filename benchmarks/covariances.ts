/** @file Covariances that the benchmarks draw. */
import { Matrix } from "ml-matrix";
import type { Random } from "../lib/dist/core/random.js";
import { Covariance } from "../lib/dist/model/covariance.js";

/** Full covariances: power-law spectra, i^-1/2 to i^-2, turned by five reflections, which are cheap to draw. */
export function fullCovariances(tasks: number, d: number, random: Random): Covariance[] {
  return Array.from({ length: tasks }, () => {
    const exponent = 0.5 + 1.5 * random.uniform();
    const matrix = Matrix.diag(Array.from({ length: d }, (_, i) => (i + 1) ** -exponent));
    for (let k = 0; k < 5; k++) {
      const v = Matrix.columnVector(random.fillNormal(new Float64Array(d)));
      v.div(v.norm());
      const image = matrix.mmul(v);
      const inner = v.transpose().mmul(image).get(0, 0);
      matrix
        .sub(image.mmul(v.transpose()).mul(2))
        .sub(v.mmul(image.transpose()).mul(2))
        .add(v.mmul(v.transpose()).mul(4 * inner));
    }
    return Covariance.fromMatrix(matrix.add(matrix.transpose()).mul(0.5).add(Matrix.eye(d).mul(1e-9)));
  });
}
