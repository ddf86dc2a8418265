/** @file The checks of notebook 06: what holds at every parameter, and what holds where its hypotheses do. */

import { formatNumber } from "cotlab/dist/notebook/table";
import {
  type Check,
  checkAllZ,
  checkTrue,
  given,
  outcome,
  type PaperStatement,
  type SimulatedPoint,
  type Stands,
} from "cotlab/dist/notebook/verdict";
import type { Curve } from "cotlab/dist/simulation/simulationResult";
import { limitBestSteps } from "cotlab/dist/theory/paper/limitBestSteps";
import { limitError, logLimitError, overthinkingSpectrum } from "cotlab/dist/theory/paper/overthinking";
import type { StoppingScore } from "./compareStopping";
import { lateSteps, type PairRelations, type TrainedPair, type Turn, turnOf } from "./overthinking";
import type { PromptGrowth } from "./promptGrowth";
import type { ScaleWindows } from "./scaleWindows";
import { type MedianShape, medianShape, shareAbove } from "./stoppingRules";

const ADDED: Stands = "confirmed under added hypotheses";
const CONTROLS: PaperStatement = ["tr (I − Γ^(−1/2) Σ Γ^(−1/2))^(2k) controls the effect of thinking", ADDED];
const FALLS = "tilted training: error first drops, then rises";
const LARGER: PaperStatement = ["large n is worse during overthinking", ADDED];

const best = ({ best: k }: Turn): string => (k === null ? "none" : String(k));
const turnsText = (turns: readonly Turn[], pairs: readonly TrainedPair[]): string =>
  turns.map((turn, j) => `${best(turn)} at n = ${pairs[j].n}`).join(", ");
const increases = (values: readonly number[]): boolean => values.every((value, j) => j === 0 || value > values[j - 1]);
const scientific = (gap: number): string => gap.toExponential(1);

/** What the closed forms are held against. */
export interface TheoryEvidence {
  /** Simulated errors of a pair that does not commute, and of endless prompts, with their predictions. */
  readonly skew: readonly SimulatedPoint[];
  readonly endless: readonly SimulatedPoint[];
  /** Draws behind the latter. */
  readonly draws: number;
  readonly relations: PairRelations;
  /** n_c of the tilted training, and the pair at any training length. */
  readonly nc: number;
  readonly at: (n: number) => TrainedPair;
  /** What is missing when the parts of the directions are added up. */
  readonly partsGap: number;
  readonly growth: PromptGrowth;
}

/** Checks of the error, the trace and the condition for growth. */
export function theoryChecks({ skew, endless, draws, relations, nc, at, partsGap, growth }: TheoryEvidence): Check[] {
  const { outside, pairs, clear, disagreements, largestBracket, commutingGap, exceeding, underCovered } = relations;
  const spectra = [5, 10, 20, 40, 80, 160].map((n) => overthinkingSpectrum(at(n)));
  const rises = spectra.slice(1).every((mu, j) => mu.every((value, i) => value > spectra[j][i]));
  const known = growth.clear > 0;
  const separates = disagreements === 0;
  const exceed: PaperStatement = [
    "weak coverage: the eigenvalues in the brackets exceed 1",
    {
      "the eigenvalues themselves are meant": outcome(largestBracket > 1),
      'absolute values are meant, and "weak" is less than half, μ_max > 2': outcome(separates, exceeding > 0),
      'absolute values are meant, and "weak" is any shortfall, μ_max > 1': outcome(!separates, underCovered > 0),
    },
  ];
  return [
    checkAllZ("error (3), not commuting", skew),
    given({ "draws ≥ 500": draws >= 500, "an error between 1e-150 and 1e150": endless.length > 0 }, "error (3), m = ∞, tilted", (name) =>
      checkAllZ(name, endless),
    ),
    checkTrue("trace ≤ error ≤ cond(Γ) trace", outside === 0, `${outside} of ${pairs} random pairs outside`, "none", ...CONTROLS),
    checkTrue("equal when commuting", commutingGap < 1e-9, scientific(commutingGap), "rounding", ...CONTROLS),
    checkTrue("largest eigenvalue in the brackets", largestBracket <= 1, largestBracket.toFixed(4), "at most 1", ...exceed),
    checkTrue("diverges iff μ_max > 2: below −1", separates, `${disagreements} exceptions in ${clear} pairs`, "none", ...exceed),
    given({ "n_c < 10^6": nc < 1e6 }, "n_c separates", (name) => {
      const [below, above] = [limitBestSteps(at(Math.floor(0.999 * nc))), limitBestSteps(at(Math.ceil(1.001 * nc)))];
      const found = `k* a thousandth below n_c: ${below ?? "none"}; above: ${above ?? "none"}`;
      return checkTrue(name, below === null && above !== null, found, "none, then a number");
    }),
    checkTrue("the parts (1 − μ_i)^2k add up", partsGap < 1e-9, scientific(partsGap), "rounding"),
    checkTrue("every μ_i rises with n", rises, rises ? "always" : "not always", "always"),
    given({ "a prompt whose eigenvalue is not near 2": known }, "(7), error and misfit agree", (name) =>
      checkTrue(name, growth.disagreements === 0, `${growth.disagreements} of ${growth.clear} prompts disagree`, "none"),
    ),
  ];
}

/** What endless prompts say of the paper's two rows. */
export interface EndlessEvidence {
  /** The tilted training at several lengths against Σ = I, and against a test with one direction raised. */
  readonly endless: readonly TrainedPair[];
  readonly raised: readonly TrainedPair[];
  readonly windows: ScaleWindows;
  /** k: the least number of steps at which lengths are compared. */
  readonly steps: number;
}

/** "Falls, then rises" at m = ∞. */
export function endlessFalls({ endless, raised, windows }: EndlessEvidence): Check[] {
  const helps = (pair: TrainedPair) => limitError({ ...pair, k: 1 }) < pair.covariance.d;
  const useful = endless.filter((pair) => limitBestSteps(pair) !== null && helps(pair));
  const turned = (name: string, pairs: readonly TrainedPair[]) => {
    const turns = pairs.map(turnOf);
    const passed = turns.every(({ fallsThenRises }) => fallsThenRises);
    return checkTrue(name, passed, turnsText(turns, pairs), "a k* ≥ 1, then a rise", FALLS, ADDED);
  };
  const { d, lengths, meet, wide, asComputed, separation } = windows;
  return [
    given({ "a length n > n_c whose first step helps": useful.length > 0 }, "Σ = I, m = ∞, n > n_c: k*", (name) => turned(name, useful)),
    given(
      { "the windows are wider than 0.1 %": wide },
      `Σ = I, m = ∞, n = ${lengths.join(", ")}: ${meet ? "at some scales" : "at no one scale"}`,
      (name) =>
        checkTrue(
          name,
          asComputed,
          `windows (9) ${meet ? "meet" : "do not meet"} at d = ${d}; over dimensions and tilts apart by ${separation.toFixed(3)}`,
          "as k* says, computed step by step",
          FALLS,
          {
            [`m = ∞, Σ = I, and each n of ${lengths.join(", ")} has its own scale of Λ`]: outcome(asComputed),
            [`m = ∞, Σ = I, and n = ${lengths.join(", ")} have one scale of Λ`]: outcome(meet),
          },
        ),
    ),
    given({ "the first step helps at every length": raised.every(helps) }, "one direction raised, m = ∞", (name) => turned(name, raised)),
  ];
}

/** "Large n is worse" at m = ∞, from a number of steps on at which the directions that overshoot hold all but 1e-9 of the error. */
export function endlessLarger({ endless, raised, steps }: EndlessEvidence): Check[] {
  const compare = (name: string, pairs: readonly TrainedPair[], k: number) => {
    const logs = pairs.map((pair) => logLimitError({ ...pair, k }));
    const found = logs.map((log) => `10^${(log / Math.LN10).toFixed(2)}`).join(", ");
    return checkTrue(name, increases(logs), found, "increases with n", ...LARGER);
  };
  const beyond = endless.filter((pair) => limitBestSteps(pair) !== null);
  const [late, lateRaised] = [lateSteps(beyond, steps), lateSteps(raised, steps)];
  return [
    given({ "two lengths beyond n_c": beyond.length > 1 }, `Σ = I, m = ∞, n > n_c, k = ${late}`, (name) => compare(name, beyond, late)),
    compare(`one direction raised, m = ∞, k = ${lateRaised}`, raised, lateRaised),
  ];
}

/** Simulated errors on short prompts, one curve a length, each setting twice on prompts of its own: to predict from, and to check. */
export interface ShortEvidence {
  readonly lengths: readonly number[];
  readonly m: number;
  /** Σ = I, m = n. */
  readonly tilted: readonly Curve[];
  readonly otherTilted: readonly Curve[];
  /** Σ = Λ, m = n. */
  readonly aligned: readonly Curve[];
  readonly otherAligned: readonly Curve[];
  /** Σ = I at one m, paired over the lengths. */
  readonly same: readonly Curve[];
  readonly otherSame: readonly Curve[];
}

/** Both rows on short test prompts. A hypothesis counts other prompts and leaves room for the spread of a median. */
export function shortChecks({ lengths, m, tilted, otherTilted, aligned, otherAligned, same, otherSame }: ShortEvidence): Check[] {
  const [shapes, others, alignedShapes, alignedOthers] = [tilted, otherTilted, aligned, otherAligned].map((runs) => runs.map(medianShape));
  const { n: draws, x } = tilted[0];
  const k = x.length - 1;
  const room = 2 / Math.sqrt(draws);
  const lasts = shapes.map(({ last }) => last.value);
  const apart = others.every(({ last }, j) => j === 0 || last.low > others[j - 1].last.high);
  const shares = (runs: readonly Curve[]) => runs.slice(1).map((run, j) => shareAbove(runs[j], run, k));
  const describe = ({ best: step, least, last }: MedianShape) =>
    `k* ${step}: ${formatNumber(least.value, 3)}; at the end ${formatNumber(last.value, 3)}`;
  return [
    ...shapes.map((shape, j) =>
      given(
        {
          "most other prompts gain by the first step": others[j].worseAtOnce.high < 0.5 - room,
          "most other prompts end above their start": others[j].worseInTheEnd.low > 0.5 + room,
        },
        `Σ = I, m = n = ${lengths[j]}`,
        (name) => checkTrue(name, shape.fallsThenRises, describe(shape), "intervals apart", FALLS, ADDED),
      ),
    ),
    given(
      { "most other prompts end below their start": alignedOthers.every(({ worseInTheEnd }) => worseInTheEnd.high < 0.5 - room) },
      "Σ = Λ, m = n: the median rises",
      (name) => {
        const above = alignedShapes.filter(({ last, start }) => last.value > start.value).length;
        return checkTrue(name, above === 0, `above its start at ${above} lengths`, "at none");
      },
    ),
    given(
      { "apart and increasing on other prompts": apart, "no overflow": lasts.every(Number.isFinite) },
      `Σ = I, m = n, k = ${k}`,
      (name) => checkTrue(name, increases(lasts), lasts.map((value) => formatNumber(value, 3)).join(", "), "increases with n", ...LARGER),
    ),
    given(
      { "on over 55 % of other prompts": shares(otherSame).every(({ low }) => low > 0.55 + room) },
      `Σ = I, m = ${m}, k = ${k}: share worse`,
      (name) =>
        checkTrue(
          name,
          shares(same).every(({ value }) => value > 0.55),
          shares(same)
            .map(({ value }) => value.toFixed(3))
            .join(", "),
          "over 0.55",
          ...LARGER,
        ),
    ),
  ];
}

/** A rule is right where its error is within this factor of the best; m: the fewest pairs of a prompt, of two or three nothing can be held out. */
export interface StoppingSetting {
  readonly factor: number;
  readonly m: number;
}

/** The rules that read the prompt's own pairs, without noise: right on 80 % of the prompts in every setting, as far as the sample tells. */
export function stoppingChecks(scores: readonly (readonly StoppingScore[])[], { factor, m }: StoppingSetting): Check[] {
  return ["own misfit", "held-out, least"].map((rule) =>
    given({ "factor ≥ 2": factor >= 2, "m ≥ 4": m >= 4 }, `${rule}: right`, (name) => {
      const right = scores.flatMap((all) => all.filter((score) => score.rule === rule).map((score) => score.right));
      const worst = Math.min(...right.map(({ value }) => value));
      return checkTrue(
        name,
        right.every(({ high }) => high >= 0.8),
        `on ${(100 * worst).toFixed(0)} % or more`,
        "over 80 %, every setting",
      );
    }),
  );
}
