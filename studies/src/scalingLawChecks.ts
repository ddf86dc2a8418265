/** @file What the scaling law (notebook 05) claims, as checks on its runs, each with the hypotheses that it needs. */
import {
  type Check,
  checkAllZ,
  checkClose,
  checkTrue,
  given,
  outcome,
  type PaperStatement,
  type Readings,
} from "cotlab/dist/notebook/verdict";
import { fromLog, spanned } from "cotlab/dist/notebook/words";
import type { Curve } from "cotlab/dist/simulation/simulationResult";
import { criticalTestLength } from "cotlab/dist/theory/finite/criticalTestLength";
import { scalingLawTestLength } from "cotlab/dist/theory/finite/inverseLengthExpansion";
import { bestSteps, logIsotropicError } from "cotlab/dist/theory/finite/isotropicError";
import { logMeanErrorLowerBound } from "cotlab/dist/theory/finite/meanDivergence";
import { logCorollary35Bound } from "cotlab/dist/theory/paper/corollary35";
import { bernoulliSteps, localExponent } from "cotlab/dist/theory/paper/exchange";
import { logLimitError } from "cotlab/dist/theory/paper/overthinking";
import {
  type CriticalTraining,
  type EdgeRows,
  type EqualLengths,
  type ExchangeTable,
  endsOf,
  type HarderTasks,
  type LawPoint,
  lengthOfFirstOrder,
  type PhaseDiagram,
  powerLaw,
  type RandomExchange,
  type ScalingLawSetting,
  threeExponents,
} from "./scalingLaw";

const added = "confirmed under added hypotheses";
const BOUND = ["error ≤ d (1 + n/(1 + Hard(Λ)))^(−2k) (1 + o(1))", added] as const;
const TRADE = ["increasing k can compensate for shorter training prompt lengths n", added] as const;
const HARDER = ["harder tasks require more CoT steps", added] as const;

const simulatedPoint = ({ simulated, se, predicted }: LawPoint) => ({ mean: simulated, standardError: se, expected: predicted });

/** The runs that the checks of the law judge. */
export interface LawRuns {
  readonly endless: readonly LawPoint[];
  readonly long: readonly (LawPoint & { readonly correction: number })[];
  readonly ratios: readonly number[];
}

/** The exact error, its first correction, and the paper's bound. */
export function lawChecks({ d, n, steps, long: m }: ScalingLawSetting, { endless, long, ratios }: LawRuns): Check[] {
  // Squares of smaller errors vanish.
  const measurable = endless.filter(({ predicted }) => predicted > 1e-100);
  const small = long.filter(({ correction, predicted }) => correction <= 0.01 && predicted > 1e-100);
  const gap = Math.max(...[1, steps].map((k) => Math.abs(firstOrderRatio({ d, n, k }) - 1)));
  return [
    checkAllZ("m = ∞: error (3)", measurable.map(simulatedPoint)),
    given({ "the correction is at most 1 %": small.length > 0 }, `m = ${m}: (3) and first correction`, (name) =>
      checkAllZ(name, small.map(simulatedPoint)),
    ),
    checkTrue(
      "bound over exact error, m = ∞",
      ratios.every((ratio) => ratio > 1 - 1e-9 && ratio <= d * (1 + 1e-9)),
      spanned(ratios, 4),
      `1 to ${d}`,
      ...BOUND,
    ),
    // What (5) leaves out is of the order of the square of the correction, which is 1/1000 here.
    checkTrue("first order (5) at m = 1000 k²n²/d", gap < 1e-3, `off by ${(100 * gap).toFixed(3)} %`, "below 0.1 %", ...BOUND),
  ];
}

/** The relative excess of the mean error over the law, over its first order, at a length a thousand times that where they are equal. */
function firstOrderRatio({ d, n, k }: { readonly d: number; readonly n: number; readonly k: number }): number {
  const m = Math.ceil(1000 * lengthOfFirstOrder({ d, n, k }));
  const excess = Math.expm1(logIsotropicError({ d, m, n, k }) - logCorollary35Bound({ covariance: powerLaw(d, 0), n, k }));
  return (excess * m) / scalingLawTestLength({ d, n, k });
}

/** The runs that the checks of the exchange judge. */
export interface ExchangeRuns {
  readonly random: readonly RandomExchange[];
  readonly table: ExchangeTable;
  readonly equal: EqualLengths;
}

const meets = (ratio: number): boolean => Math.abs(ratio - 1) < 0.05;

/** Levels that meet at m = n: in the settings where they were found to, and in the others. */
function meetingReadings(found: readonly string[], others: number, tried: boolean): Readings {
  const readings: readonly (readonly [settings: string, count: number, holds: boolean])[] = [
    [found.join(", "), found.length, true],
    [`in ${others} other settings`, others, false],
  ];
  const some = readings.filter(([, count]) => count > 0);
  return Object.fromEntries(
    some.map(([settings, , holds]) => [`"reaches" means "meets to 5 %", m = n, ${settings}`, outcome(holds, tried)]),
  );
}

/** Steps for training length, and the ways to read the paper's "k = 20". */
export function exchangeChecks({ lengths, steps }: ScalingLawSetting, { random, table, equal }: ExchangeRuns): Check[] {
  const [short, long] = endsOf(lengths);
  // The paper's sentence is about these numbers; at others the checks speak of the trade in general.
  const [ownLengths, ownSteps] = [short === 10 && long === 30, steps === 20];
  const enough = bernoulliSteps({ nShort: short, nLong: long });
  const exceeded = random.filter(({ exact, enough: allowed }) => exact > allowed).length;
  const near = equal.runs.filter(({ ratio }) => meets(ratio[steps]));
  const names = near.map(({ d, exponent }) => `d = ${d} (α = ${exponent})`);
  const searched = { "n = 10 and 30, k = 20": ownLengths && ownSteps, "prompts ≥ 1000": equal.draws >= 1000 };
  const soon = table.matched.every((k) => k <= enough);
  const below = table.ratios.every((ratio) => ratio <= 1 + 1e-9);
  const twenty: PaperStatement = [
    "n = 10 at k = 20 reaches the error level of n = 30 direct",
    {
      '"reaches" means "is at or below", m = ∞': outcome(soon),
      '"reaches" means "meets to 5 %", m = ∞': outcome(table.ratios.some(meets), ownSteps),
      ...meetingReadings(names, equal.runs.length - near.length, Object.values(searched).every(Boolean)),
    },
  ];
  const statement = (theirs: boolean) => (theirs ? twenty : TRADE);
  return [
    checkTrue("m = ∞: exchange (4)", exceeded === 0, `${exceeded} of ${random.length} exceed it`, "none", ...TRADE),
    given({ "k ≥ n₂/n₁": steps >= enough }, `m = ∞: ratio of levels at k = ${steps}`, (name) =>
      checkTrue(name, below, spanned(table.ratios, 2), "at most 1", ...statement(ownLengths && ownSteps)),
    ),
    checkTrue(
      `m = ∞: n = ${short} reaches n = ${long}`,
      soon,
      `by k = ${Math.max(...table.matched)}`,
      `by k = ${enough}`,
      ...statement(ownLengths),
    ),
    given(searched, `m = n: a search for levels that meet at k = ${steps}`, (name) =>
      checkTrue(
        name,
        near.length > 0,
        `in ${near.length} of ${equal.runs.length} settings searched${near.length > 0 ? `: ${names.join(", ")}` : ""}`,
        "in one at least, to 5 %",
        ...twenty,
      ),
    ),
  ];
}

/** Harder tasks, and the local exponent. */
export function taskChecks(setting: ScalingLawSetting, { exact, simulated }: HarderTasks): Check[] {
  const { d, exponent, long, n } = setting;
  const rising = exact.every((row) => row.every((k, i) => i === 0 || k >= row[i - 1]));
  const close = simulated.filter((task) => scalingLawTestLength({ d, n: task.n, k: task.exact }) <= long / 100);
  const off = close.filter(({ found, exact: k }) => found === null || Math.abs(found - k) > 1);
  const at = Math.max(100, n);
  const covariance = powerLaw(d, exponent);
  const [below, above] = [at - 1, at + 1].map((length) => logLimitError({ covariance, n: length, k: 5 }));
  return [
    checkTrue(
      `steps against α = 0 to ${threeExponents(setting)[2]}`,
      rising,
      spanned(exact.flat()),
      "not fewer at larger α, every n",
      ...HARDER,
    ),
    given({ "some m ≥ 100 k²n²/d, k ≤ 60": close.length > 0 }, `the same steps on prompts of ${long}`, (name) =>
      checkTrue(name, off.length === 0, `${off.length} of ${close.length} differ by more than 1`, "none"),
    ),
    checkClose(
      `local exponent (7) at n = ${at}`,
      localExponent({ covariance, n: at, k: 5 }),
      (above - below) / Math.log((at + 1) / (at - 1)),
      2e-3,
    ),
  ];
}

/** Mean and median on short prompts. */
export function shortPromptChecks({ d, m, n }: ScalingLawSetting, curve: Curve): Check[] {
  const last = curve.x.length - 1;
  const half = Math.floor(last / 2);
  const log = (k: number) => logIsotropicError({ d, m, n, k });
  const floor = logMeanErrorLowerBound({ covariance: powerLaw(d, 0), n, m, k: last });
  const tame = [1, 2, 5].filter((k) => k <= last && 2 * k <= bestSteps({ d, m, n }));
  const [before, after] = [half, last].map((k) => curve.points[k].median.value);
  const critical = criticalTestLength({ d, n });
  const [above, below] = [m > critical, m <= critical / 2];
  return [
    given({ "k ≤ half the best": tame.length > 0, "prompts ≥ 500": curve.n >= 500 }, `m = ${m}: the exact mean (6)`, (name) =>
      checkAllZ(
        name,
        tame.map((k) => ({ mean: curve.mean[k], standardError: curve.standardError[k], expected: Math.exp(log(k)) })),
      ),
    ),
    // Equal for d = 1.
    checkTrue(
      `the mean at k = ${last}`,
      log(last) >= floor - 1e-9 * (1 + Math.abs(floor)),
      fromLog(log(last)),
      `at least ${fromLog(floor)}, from (9)`,
    ),
    given({ "m > m_c, or m ≤ m_c/2 and d ≥ 20": above || (below && d >= 20) }, `the median from k = ${half} to ${last}`, (name) =>
      checkTrue(
        name,
        above ? after <= before : after >= before,
        `${before.toExponential(2)} to ${after.toExponential(2)}`,
        above ? "no rise: m > m_c" : "no fall: m < m_c",
      ),
    ),
  ];
}

/** The runs that the checks of the edge judge. */
export interface EdgeRuns {
  readonly phase: PhaseDiagram;
  readonly training: CriticalTraining;
  readonly edge: EdgeRows;
}

/** The edge m_c(n), a statement about large d. */
export function edgeChecks({ phaseD, phasePrompts, sizes }: ScalingLawSetting, { phase, training, edge }: EdgeRuns): Check[] {
  const shares = (near: (ratio: number) => boolean) => phase.cells.filter(({ ratio }) => near(ratio)).map(({ share }) => share);
  const left = Math.min(...shares((ratio) => ratio <= 0.5));
  const right = Math.max(...shares((ratio) => ratio >= 1.5));
  const large = { "d ≥ 20": phaseD >= 20, "prompts ≥ 100": phasePrompts >= 100 };
  const apart = sizes.every((size, i) => size >= 10 && (i === 0 || size >= 2 * sizes[i - 1]));
  const atMost = (what: string, share: number) =>
    given(large, `d = ${phaseD}, ${what}: share that diverges`, (name) => checkTrue(name, share <= 0.1, share.toFixed(2), "at most 0.1"));
  return [
    given(large, `d = ${phaseD}, m ≤ m_c/2: share that diverges`, (name) =>
      checkTrue(name, left >= 0.85, left.toFixed(2), "at least 0.85"),
    ),
    atMost("m ≥ 1.5 m_c", right),
    atMost("n ≤ n_c/2", training.mostBelow),
    given(
      { "dimensions from 10, at least doubling": apart && sizes.length > 1, "prompts ≥ 100": phasePrompts >= 100 },
      `0.8 m_c, d = ${sizes.join(", ")}: share that diverges`,
      (name) =>
        checkTrue(
          name,
          edge.near.every((share, i) => i === 0 || share > edge.near[i - 1] || share >= 0.95),
          edge.near.map((share) => share.toFixed(2)).join(", "),
          "each is above the one before or at least 0.95",
        ),
    ),
  ];
}
