/** @file What notebook 10 claims of GPT-2, as checks on its live trainings and on the stored runs. */
import { studentQuantile } from "cotlab/dist/diagnostic/studentQuantile";
import { type Check, checkTrue, given, outcome, type PaperStatement, type Readings } from "cotlab/dist/notebook/verdict";
import { counted } from "cotlab/dist/notebook/words";
import type { ThinkingCurve } from "cotlab/dist/transformer/regression/thinkingCurve";
import type { Confirmation } from "./confirmation";
import type { LiveSetting } from "./gpt2Live";
import {
  alignedRuns,
  CONTEXTS,
  catchUpSteps,
  drawnSteps,
  geometricMean,
  lengthSpread,
  levelsReached,
  mean,
  type PeerRow,
  paperRuns,
  parities,
  rises,
  STORED_STEPS,
  storedCurve,
  twoDigits,
  updateRatios,
} from "./gpt2Runs";
import type { ReadInGradient } from "./readInGradient";
import type { RunStore } from "./runStore";
import { stepsToReach } from "./seedCurves";

/** The step that the paper names. */
const NAMED = 10;

/** Row (a) of the paper: how far the shortest context catches up, at both sizes, and how it is tested, the source does not say. */
function contextStatement(store: RunStore): PaperStatement {
  const reached = [CONTEXTS.tens, CONTEXTS.paper].flatMap((runs) => levelsReached(store, runs));
  const [least, most] = [Math.min(...reached), Math.max(...reached)];
  const level = "n = m, and the level to reach is that of n = 40 after";
  return [
    "longer CoT allows for shorter training contexts to achieve equivalent performance",
    {
      [`${level} ${least} steps or fewer`]: outcome(least >= 1),
      [`${level} ${most + 1} steps or more`]: outcome(most === STORED_STEPS),
      "every model is tested at the same m": "not tested",
    },
  ];
}

/** Row (b) of the paper: tilt, size and length of training decide, and of the tilt and of the training the source says nothing. */
function riseStatement(store: RunStore, { settings }: Confirmation): PaperStatement {
  const runs = Object.entries({
    "λ = i⁻², width 64, 1000 steps": "tilt-square-n40-1000",
    "λ = i⁻², width 64, 4000 steps": "tilt-square-n40-4000",
    "λ = 1/i, width 64, 1000 steps": "tilt-inverse-n40-1000",
    "λ = i⁻², 9.5 M parameters, 500 steps": "paper-tilt-square-n40-500",
    "λ = i⁻², 9.5 M parameters, 1000 steps": "paper-tilt-square-n40",
  });
  const fresh = Object.entries({
    "λ = i⁻², width 64, 500 steps, 7 starts in 10 on-policy": "tilt-7-3-n40",
    "λ = i⁻², width 64, 500 steps, 8 starts in 10 on-policy": "tilt-8-2-n40",
    "λ = i⁻², width 64, 2000 steps": "tilt-5-5-n40-2000",
  });
  const found = [
    ...fresh.map(([setting, run]) => [setting, settings.get(run)!.identity] as const),
    ...runs.map(([setting, run]) => [setting, rises(store, run, "identity m=40")] as const),
  ];
  const readings: Readings = Object.fromEntries(
    found.map(([setting, curves]) => {
      const ratios = curves.map(({ ratio }) => ratio);
      const risen = ratios.filter((ratio) => ratio > 1.1).length;
      return [
        `${setting} (up over 10 % on ${risen} of ${counted(ratios.length, "seed")})`,
        outcome(3 * risen >= 2 * ratios.length, ratios.length > 0),
      ];
    }),
  );
  return ["GPT-2 exhibits overthinking: error increases for k > 10", { ...readings, "λ = 1/i, 9.5 M parameters": "not tested" }];
}

/** What the live trainings showed. */
export interface LiveRuns {
  /** Gradients of the read-in at the first step: of the recipe, and of training from w_0 = 0 alone. */
  readonly gradients: readonly ReadInGradient[];
  /** The curve of the model that was trained from w_0 = 0 alone. */
  readonly fromZero: ThinkingCurve;
}

/** Training from w_0 = 0 alone trains one step of thought and no other. */
export function liveChecks({ zeroTrainSteps }: LiveSetting, { gradients: [recipe, zero], fromZero }: LiveRuns): Check[] {
  const [first, second] = [fromZero.error[1], fromZero.error[2]];
  const found = `|∂L/∂W_w| = ${zero.w}; with the recipe ${recipe.w.toPrecision(3)}`;
  return [
    checkTrue("W_w is not trained from w_0 = 0", zero.w === 0 && recipe.w > 0, found, "exactly 0, and not 0"),
    given(
      { "200 steps at least": zeroTrainSteps >= 200, "its first thought is learned: error(1) < 0.1": first < 0.1 },
      "its error jumps at k = 2",
      (name) => checkTrue(name, second / first > 2, `error(2) / error(1) = ${(second / first).toFixed(1)}`, "above 2"),
    ),
  ];
}

/** Contexts at the reduced size, and the comparison with PyTorch. */
export function contextChecks(store: RunStore, peers: readonly PeerRow[]): Check[] {
  const caughtUp = catchUpSteps(store, CONTEXTS.tens);
  const spreads = [CONTEXTS.fives, CONTEXTS.tens].map((runs) => ({
    d: runs.d,
    own: lengthSpread(store, runs, "own length", NAMED),
    fixed: lengthSpread(store, runs, "fixed length", NAMED),
  }));
  const largest = Math.max(...peers.map(({ t }) => Math.abs(t)));
  const limit = studentQuantile(0.995, 4);
  return [
    checkTrue(
      "n = m = 20 reaches n = m = 40 at k = 2",
      caughtUp.length === 3 && caughtUp.every((k) => k !== undefined),
      `at k = ${caughtUp.join(" / ")} (seeds 0 / 1 / 2)`,
      "on every seed",
      ...contextStatement(store),
    ),
    checkTrue(
      "fixed test length: lengths within a factor 2",
      spreads.every(({ fixed }) => fixed < 2),
      spreads.map(({ d, own, fixed }) => `d = ${d}: ${fixed.toFixed(2)} against ${own.toFixed(1)} at n = m`).join("; "),
      "errors within a factor 2 (ours)",
    ),
    checkTrue(
      "not distinguishable from PyTorch",
      largest < limit,
      `largest |t| ${largest.toFixed(2)} of ${peers.length}`,
      `below ${limit.toFixed(1)}, the 1 % limit of one`,
    ),
  ];
}

/** The rise under a tilt at the reduced size, its controls, and what longer training leaves of it. */
export function tiltChecks(store: RunStore, confirmed: Confirmation): Check[] {
  const ratios = (run: string, curve = "identity m=40"): number[] => rises(store, `tilt-${run}`, curve).map(({ ratio }) => ratio);
  const found = rises(store, "tilt-square-n40-1000", "identity m=40");
  const tilted = found.map(({ ratio }) => ratio);
  const { low, mean, high } = geometricMean(tilted);
  const [shorter, inverse, long] = ["square-n20-1000", "inverse-n40-1000", "square-n40-4000"].map((run) => ratios(run));
  const [own, aligned, alignedLong] = ["square-n40-1000", "aligned-n40-1000", "aligned-n40-4000"].map((run) => ratios(run, "own m=40"));
  const longParity = parities(store, "tilt-square-n40-4000", "identity m=40");
  const interval = `${mean.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
  return [
    checkTrue(
      "λ = i⁻²: error rises after k = 10",
      found.filter(({ ratio, leastAt }) => ratio > 1.1 && leastAt <= NAMED).length >= 2,
      `rise ${twoDigits(tilted)}, least at k = ${found.map(({ leastAt }) => leastAt).join(" / ")}; mean ${interval}`,
      "over 10 % on 2 of 3 seeds at least",
      ...riseStatement(store, confirmed),
    ),
    checkTrue(
      "the controls do not",
      Math.max(...own, ...aligned) < 1.05,
      `own ${twoDigits(own)}; aligned ${twoDigits(aligned)}`,
      "below 1.05",
    ),
    checkTrue(
      "larger n rises more",
      tilted.every((ratio, i) => ratio > shorter[i]),
      `n = 40: ${twoDigits(tilted)}, n = 20: ${twoDigits(shorter)}`,
      "on every seed, as in the linear model",
    ),
    checkTrue(
      "λ = 1/i: fewer seeds rise",
      inverse.filter((ratio) => ratio > 1.1).length <= 1,
      twoDigits(inverse),
      "over 10 % on 1 of 3 seeds at most (ours)",
    ),
    checkTrue("4000 steps: the rise at even k is gone", Math.max(...long) < 1.05, twoDigits(long), "below 1.05 (ours)"),
    checkTrue(
      "4000 steps: odd and even k differ",
      Math.min(...longParity) > 1.1,
      twoDigits(longParity),
      "error(41)/error(40) above 1.1 (ours)",
    ),
    checkTrue(
      "4000 steps: the aligned control creeps up too",
      Math.min(...alignedLong) > 1.02,
      twoDigits(alignedLong),
      "above 1.02 on every seed (ours)",
    ),
  ];
}

/** The fitted update beside Γ⁻¹, and that every curve has its run. */
export function updateChecks(store: RunStore): Check[] {
  const at = (distance: number): number[] => alignedRuns(store).map((run) => mean(updateRatios(store, run, distance)));
  const [near, far] = [at(0.1), at(1)];
  const [short, long] = [1000, 4000].map((steps) => updateRatios(store, `tilt-square-n40-${steps}`, 0.1, 10));
  const trained = new Set(store.runs.filter(({ steps }) => steps > 0).map(({ run, seed }) => `${run} ${seed}`));
  const without = store.curves.filter(({ run, seed }) => !trained.has(`${run} ${seed}`)).length;
  return [
    checkTrue(
      "near w the step is Γ⁻¹'s",
      near.every((ratio) => ratio > 0.75 && ratio < 1.15),
      `P_ii/Γ⁻¹ = ${twoDigits(near)} at s = 0.1`,
      "within [0.75, 1.15], aligned models",
    ),
    checkTrue(
      "far from w it is shorter",
      far.every((ratio) => ratio < 0.75),
      `${twoDigits(far)} at s = 1`,
      "below 0.75 (ours)",
    ),
    checkTrue(
      "weak directions are learned last",
      mean(short) < 0.5 && mean(long) > 0.75,
      `i = 10: ${twoDigits(short)} of Γ⁻¹ after 1000 steps, ${twoDigits(long)} after 4000`,
      "below 0.5, above 0.75 (ours)",
    ),
    checkTrue("consistency: no curve without its training run", without === 0, `${without} points without`, "none"),
  ];
}

/** Both rows of the paper's table at its size, one seed each. */
export function paperSizeChecks(store: RunStore, confirmed: Confirmation): Check[] {
  const { paper } = CONTEXTS;
  const [short, , long] = paper.runs.map((run) => storedCurve(store, run, "own length").errors[0]);
  const reachedAt = long.map((error) => stepsToReach(short, error));
  const last = Math.max(0, ...reachedAt.flatMap((k, i) => (k !== undefined && i > 0 ? [i] : [])));
  const spread = Math.max(...drawnSteps(STORED_STEPS).map((k) => lengthSpread(store, paper, "fixed length", k)));
  const tilts = ["paper-tilt-square-n40-500", "paper-tilt-square-n40"];
  const risesOf = (run: string, curve: string): number => rises(store, run, curve)[0].ratio;
  const tilted = tilts.map((run) => risesOf(run, "identity m=40"));
  const controls = [
    ...[...tilts].reverse().map((run) => risesOf(run, "own m=40")),
    ...paper.runs.flatMap((run) => ["own length", "fixed length"].map((curve) => risesOf(run, curve))),
  ];
  const weakest = tilts.map((run) => mean(updateRatios(store, run, 0.1, 10)));
  const runs = paperRuns(store);
  const stopped = runs.filter(({ steps, stepsWanted }) => steps < stepsWanted).length;
  return [
    checkTrue(
      "9.5 M: n = m = 20 reaches n = m = 40 at k = 2",
      reachedAt[2] !== undefined,
      `at k = ${reachedAt[2]}; at most its error at k = ${last}, after ${reachedAt[last]} steps`,
      "at some k up to 40",
      ...contextStatement(store),
    ),
    checkTrue(
      "9.5 M, fixed m = 30: lengths within a factor 2",
      spread < 2,
      `largest factor over k = 1..40: ${spread.toFixed(2)}; n = m, k = 10: ${(short[NAMED] / long[NAMED]).toFixed(1)}`,
      "below 2 (ours)",
    ),
    checkTrue(
      "9.5 M, λ = i⁻²: the paper's rise is NOT seen",
      Math.max(...tilted) < 1.05,
      `2 runs, 1 seed, after 500 / 1000 steps: ${twoDigits(tilted)}`,
      "below 1.05, against the prediction",
      ...riseStatement(store, confirmed),
    ),
    checkTrue(
      "9.5 M: the controls do not rise",
      Math.max(...controls) < 1.05,
      controls.map((ratio) => ratio.toFixed(3)).join(" / "),
      "below 1.05",
    ),
    checkTrue(
      "9.5 M, λ = i⁻²: the weakest direction is hardly learned",
      Math.max(...weakest) < 0.05,
      `i = 10: ${weakest.map((value) => value.toFixed(4)).join(" / ")} of Γ⁻¹`,
      "below 0.05 (ours); a description, no cause",
    ),
    checkTrue(
      "9.5 M: every run finished its schedule",
      stopped === 0,
      `${runs.length} runs; says nothing about convergence`,
      "none stopped short",
    ),
  ];
}
