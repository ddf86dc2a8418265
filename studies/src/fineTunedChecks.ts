/** @file The checks of notebook 13: what holds at every parameter, and what holds where its hypotheses do. */
import { studentQuantile } from "cotlab/dist/diagnostic/studentQuantile";
import { formatNumber } from "cotlab/dist/notebook/table";
import { type Check, checkAllZ, checkTrue, given } from "cotlab/dist/notebook/verdict";
import { fineTunedGrowth } from "cotlab/dist/theory/training/fineTuning";
import { type ChosenLengths, entryPoints, ROLES, type Role, type SampledLayer, type Setting } from "./fineTuned";
import { QWEN_TABLE } from "./untested";

/** What notebook 13 has found. */
export interface FineTunedEvidence {
  readonly setting: Setting;
  readonly updates: number;
  readonly short: number;
  readonly long: number;
  /** Relative differences of (1) from single updates. */
  readonly gaps: readonly number[];
  /** t* by the directions, and by the spectral radius; of the other fine-tune by the latter. */
  readonly byDirections: number;
  readonly first: number;
  readonly otherFirst: number;
  /** Growth per step, and ln of the errors at k = 0..K, of the three rows after all updates. */
  readonly growths: readonly number[];
  readonly curves: readonly Float64Array[];
  /** Layers that were really trained, by row. */
  readonly sampled: readonly (readonly (readonly SampledLayer[])[])[];
  /** Chains that chose their length, by row. */
  readonly chosen: readonly ChosenLengths[];
}

const timesText = (log: number): string => (log < 690 ? formatNumber(Math.exp(log), 3) : `10^${Math.round(log / Math.LN10)}`);

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;

/** The checks. */
export function fineTunedChecks(evidence: FineTunedEvidence): Check[] {
  const { setting, updates, short, long, gaps, byDirections, first, otherFirst, growths, curves, sampled, chosen } = evidence;
  const [base, aligned, misaligned] = curves;
  const growth = (role: Role, at: number) => fineTunedGrowth({ ...setting.rows[role], updates: at });
  const finite = first < Number.POSITIVE_INFINITY;
  const { longChains, shortChains, longAtShort, allShort } = chosen[ROLES.indexOf("aligned")];
  const points = ROLES.flatMap((role, j) => entryPoints(setting, role, sampled[j], sampled[j][0].length - 1));
  const bounded = points.every(
    ({ mean, standardError }) => Number.isFinite(mean) && standardError > 0 && standardError < Number.POSITIVE_INFINITY,
  );
  // Means over few layers follow Student's law; half as much again as its 0.9999 quantile, since there are many entries.
  const limit = Number((1.5 * studentQuantile(0.9999, sampled[0].length - 1)).toPrecision(3));
  const alignedGap = (k: number) => base[k] - aligned[k];
  const misalignedGap = (k: number) => misaligned[k] - base[k];
  // ln E is convex in k and its slope tends to 2 ln(growth) from below: what one step after k = short gains, every later one does.
  const firstSlope = (curve: Float64Array) => curve[short + 1] - curve[short];
  const steepest = (row: number) => 2 * Math.log(growths[row]);
  return [
    checkTrue("(1) against updates one by one", Math.max(...gaps) < 1e-9, Math.max(...gaps).toExponential(1), "rounding"),
    given({ "no sampled path diverges": bounded }, "layers really trained: diagonals of A", (name) => checkAllZ(name, points, limit)),
    checkTrue("t* by (2) is that of the spectral radius", byDirections === first, `${byDirections} and ${first}`, "equal"),
    given({ "t* is finite and not 0": finite && first > 0 }, "growth of a step before and at t*", (name) => {
      const [before, at] = [growth("aligned", first - 1), growth("aligned", first)];
      return checkTrue(name, before >= 1 && at < 1, `${formatNumber(before, 6)}, ${formatNumber(at, 6)}`, "at least 1, below 1");
    }),
    checkTrue("the aligned optimum: thinking helps after some update", finite, finite ? `t* = ${first}` : "never", "a finite t*"),
    given({ "updates ≥ t*": updates >= first }, "aligned: the long chain beats the short one", (name) =>
      checkTrue(
        name,
        aligned[long] < aligned[short],
        `ln errors ${formatNumber(aligned[short], 3)}, ${formatNumber(aligned[long], 3)}`,
        "falls",
      ),
    ),
    given(
      { "no step of the aligned costs what the base's step after k = short does": firstSlope(base) > steepest(1) },
      "the aligned gain grows with the chain",
      (name) =>
        checkTrue(
          name,
          alignedGap(long) > alignedGap(short),
          `base over aligned: ${timesText(alignedGap(short))} times at k = ${short}, ${timesText(alignedGap(long))} at k = ${long}`,
          "more at the long chain",
        ),
    ),
    given(
      {
        "no step of the base costs what the misaligned step after k = short does": firstSlope(misaligned) > steepest(0),
        "worse at k = short": misalignedGap(short) > 0,
      },
      "the misaligned loss grows with the chain",
      (name) =>
        checkTrue(
          name,
          misalignedGap(long) > misalignedGap(short),
          `misaligned over base: ${timesText(misalignedGap(short))} times at k = ${short}, ${timesText(misalignedGap(long))} at k = ${long}`,
          "more at the long chain",
          QWEN_TABLE,
          "not tested",
        ),
    ),
    given(
      { "(2) has a direction that never gets there": otherFirst === Number.POSITIVE_INFINITY },
      "misaligned: hurts in the end, however long it trains",
      (name) => {
        const late = growth("misaligned", 1_000_000);
        return checkTrue(name, late >= 1, formatNumber(late, 4), "a growth of at least 1");
      },
    ),
    given(
      { "some chains are short and some long": longChains.of > 0 && shortChains.of > 0 },
      "aligned: long chains, chosen, are those of hard prompts",
      (name) =>
        checkTrue(
          name,
          longAtShort.low <= allShort.high,
          `right at k = ${short}: ${percent(longAtShort.share)} of the prompts of long chains, ${percent(allShort.share)} of all`,
          "not more of the former",
        ),
    ),
  ];
}
