import assert from "node:assert/strict";
import { test } from "node:test";
import { Covariance } from "../../dist/model/covariance.js";
import { ellipticalGamma, independentGamma } from "../../dist/model/inputGamma.js";
import { divergingShare } from "../../dist/theory/finite/divergingShare.js";
import { firstOrderLength } from "../../dist/theory/finite/firstOrderLength.js";
import { isotropicNoiseError } from "../../dist/theory/finite/isotropicNoiseError.js";
import { nonCommutingEquivalent } from "../../dist/theory/finite/nonCommutingEquivalent.js";
import { limitError } from "../../dist/theory/paper/overthinking.js";
import { criticalPrompts } from "../../dist/theory/pretraining/criticalPrompts.js";
import { isotropicPretrainingCurve } from "../../dist/theory/pretraining/isotropicPretraining.js";
import { pretrainingErrorCurve } from "../../dist/theory/pretraining/pretrainingError.js";
import { fineTunedError } from "../../dist/theory/training/fineTuning.js";
import { loopedTraining } from "../../dist/theory/training/loopedTraining.js";
import { uncoveredError } from "../../dist/theory/training/uncoveredError.js";
import { assertClose } from "../support/reference.ts";
import { type ReferenceEntry, referenceEntries } from "../support/referenceNext.ts";

/** The parameters that occur in the file, all but `m` as they are written there. */
interface Params {
  readonly d: number;
  readonly n: number;
  readonly m: number | "Infinity";
  readonly k: number;
  readonly B: number;
  readonly eigenvalues: number[];
  readonly target: number[];
  readonly pretraining: number[];
  readonly fineTuning: number[];
  readonly step: number;
  readonly updates: number;
  readonly K: number;
  readonly noiseVariance: number;
  readonly radialSecondMoment: number;
  readonly excessKurtosis: number;
  readonly Lambda: number[] | number[][];
  readonly Sigma: number[][];
}

const length = (m: number | "Infinity"): number => (m === "Infinity" ? Number.POSITIVE_INFINITY : m);
const covarianceOf = (values: number[] | number[][]): Covariance =>
  typeof values[0] === "number" ? Covariance.diagonal(values as number[]) : Covariance.fromMatrix(values as number[][]);
const isotropic = (d: number): Covariance => Covariance.diagonal(new Float64Array(d).fill(1));
const diagonals = ({ eigenvalues, target }: Params) => ({
  covariance: Covariance.diagonal(eigenvalues),
  target: Covariance.diagonal(target ?? eigenvalues),
});

/** What the library has for each name in the file. */
const values: Readonly<Record<string, (params: Params) => ReferenceEntry["value"]>> = {
  "finite-pretraining": ({ d, n, B, m, k }) => isotropicPretrainingCurve({ d, n, prompts: B, m: length(m) }, k)[k],
  "critical-pretraining": ({ d, n }) => criticalPrompts({ covariance: isotropic(d), n }),
  "finite-pretraining-anisotropic": ({ n, B, k, ...pair }) =>
    pretrainingErrorCurve({ ...diagonals(pair as Params), n, prompts: B }, k).errors[k],
  "critical-pretraining-anisotropic": ({ n, ...pair }) => criticalPrompts({ ...diagonals(pair as Params), n }),
  "finite-pretraining-any-pair": ({ Lambda, Sigma, n, B, k }) =>
    pretrainingErrorCurve({ covariance: covarianceOf(Lambda), target: covarianceOf(Sigma), n, prompts: B }, k).errors[k],
  "fine-tuned-error": ({ pretraining, fineTuning, target, ...rest }) =>
    fineTunedError({
      ...rest,
      ...{ pretraining: covarianceOf(pretraining), fineTuning: covarianceOf(fineTuning), target: covarianceOf(target) },
    }),
  "gamma-elliptical": ({ eigenvalues, n, radialSecondMoment }) =>
    ellipticalGamma({ covariance: Covariance.diagonal(eigenvalues), n, radialSecondMoment }).matrix.diag(),
  "gamma-independent": ({ eigenvalues, n, excessKurtosis }) =>
    independentGamma({ covariance: Covariance.diagonal(eigenvalues), n, excessKurtosis }).matrix.diag(),
  "deterministic-equivalent-non-commuting": ({ Lambda, Sigma, n, m, k }) =>
    nonCommutingEquivalent({ covariance: covarianceOf(Lambda), target: covarianceOf(Sigma), n, m: length(m), k }),
  "first-order-length": ({ eigenvalues, n, k }) => firstOrderLength({ covariance: Covariance.diagonal(eigenvalues), n, k }),
  "rank-deficient-error": ({ Lambda, Sigma, n, k }) => limitError({ covariance: covarianceOf(Lambda), target: covarianceOf(Sigma), n, k }),
  "rank-deficient-limit": ({ Lambda, Sigma, n }) => uncoveredError({ covariance: covarianceOf(Lambda), target: covarianceOf(Sigma), n }),
  "diverging-share": ({ d, n, m }) => divergingShare({ covariance: isotropic(d), n, m: length(m) }),
  "looped-training": ({ d, n, K }) => ({ ...loopedTraining({ d, n, loops: K }) }),
  "isotropic-noise-error": ({ d, n, m, noiseVariance, k }) =>
    isotropicNoiseError({ d, n, m: length(m), noise: Math.sqrt(noiseVariance), k }).toNumber(),
};

for (const [id, compute] of Object.entries(values)) {
  const entries = referenceEntries.filter((entry) => entry.id === id);
  test(`${id}: ${entries.length} values of the independent implementation`, () => {
    assert.ok(entries.length > 0);
    for (const { params, value, relTolerance } of entries) {
      const found = compute(params as unknown as Params);
      const [actual, expected] = [found, value].map((one) => (typeof one === "number" ? { value: one } : { ...one }));
      assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort());
      for (const [name, number] of Object.entries(expected)) {
        assertClose(
          (actual as Record<string, number>)[name],
          number as number,
          relTolerance,
          `${id} ${JSON.stringify(params).slice(-80)} ${name}`,
        );
      }
    }
  });
}

test("every value of the file is compared", () => {
  const without = new Set(referenceEntries.map(({ id }) => id).filter((id) => !(id in values)));
  assert.deepEqual([...without], []);
});
