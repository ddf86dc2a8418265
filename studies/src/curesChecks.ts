/** @file The checks of notebook 14. */
import { formatNumber } from "cotlab/dist/notebook/table";
import { type Check, checkAllZ, checkTrue, checkZ, given, type SimulatedPoint } from "cotlab/dist/notebook/verdict";
import type { loopedPairs } from "./cures";
import { type Cure, type DampingPairs, medianAt, noLater, pairedRatio, type ShareByDamping, stepsToShare, worseOff } from "./cures";

/** What notebook 14 has run. */
export interface CureEvidence {
  readonly setting: {
    readonly d: number;
    readonly n: number;
    readonly m: number;
    readonly loops: number;
    readonly steps: number;
    readonly prompts: number;
  };
  readonly share: number;
  readonly pairs: DampingPairs;
  /** Runs of the four methods on endless prompts against the closed forms. */
  readonly endless: readonly SimulatedPoint[];
  readonly shares: readonly ShareByDamping[];
  readonly looped: ReturnType<typeof loopedPairs>;
  /** Largest gap of ln error between the layer trained for K steps and the damped one. */
  readonly identityGap: number;
  readonly cures: readonly Cure[];
}

/** Closed forms, and the cures on the same prompts. */
export function cureChecks({ setting, share, pairs, endless, shares, looped, identityGap, cures }: CureEvidence): Check[] {
  const { d, n, m, loops, steps, prompts } = setting;
  const [plain, stopped, , trained, damped, momentum, chebyshev] = cures;
  const worst = Math.max(...shares.map(({ theory, simulated: { low, high } }) => Math.max(low - theory, theory - high, 0)));
  const early = noLater(chebyshev, damped, share);
  const ratio = pairedRatio(damped, stopped, steps);
  const accelerated = [momentum, chebyshev].map((cure) => stepsToShare(cure, share));
  const slow = stepsToShare(damped, share);
  const sampled = { "n ≥ 2d: the mean can be sampled": n >= 2 * d, "prompts ≥ 300": prompts >= 300, "K ≥ 2": loops >= 2 };
  const seen = { "m ≥ d + 2, so that S is invertible": m >= d + 2 };
  return [
    checkTrue("η < 2/b converges, η > 2/b diverges", pairs.wrong === 0, `${pairs.wrong} exceptions in ${pairs.pairs} pairs`, "none"),
    checkTrue("best η: rate (b − a)/(b + a)", pairs.gap < 0.01, `slope off by up to ${pairs.gap.toExponential(1)}`, "below 0.01"),
    given({ "an error between 1e-24 and 1e150": endless.length > 0 }, "four methods run on endless prompts", (name) =>
      checkAllZ(name, endless, 5),
    ),
    given({ "d ≥ 5": d >= 5, "m ≥ 5": m >= 5 }, "share that diverges by η, Tracy–Widom", (name) =>
      checkTrue(name, worst < 0.06, `outside 95 % intervals by up to ${formatNumber(worst, 2)}`, "below 0.06"),
    ),
    given(sampled, "K-step training: its error, simulated", (name) =>
      checkZ(name, looped.trained.mean, looped.trained.standardError, looped.expected, 6),
    ),
    given(sampled, "its gain over one-step training on the same prompts", (name) =>
      checkZ(name, looped.gain.mean, looped.gain.standardError, looped.expectedGain, 6),
    ),
    checkTrue("K-step training is damping by γ_1/γ_K", identityGap < 1e-8, identityGap.toExponential(1), "rounding"),
    checkTrue(
      "no prompt is worse off with its own best η",
      worseOff(damped).value === 0,
      `${formatNumber(100 * worseOff(damped).value, 3)} %`,
      "none",
    ),
    given({ "plain chains that are worse off": worseOff(plain).value > 0 }, "no more are worse off after K-step training", (name) =>
      checkTrue(
        name,
        worseOff(trained).value <= worseOff(plain).value,
        `${formatNumber(100 * worseOff(trained).value, 3)} % for ${formatNumber(100 * worseOff(plain).value, 3)} %`,
        "not more",
      ),
    ),
    given(
      { ...seen, "damping takes 5 steps or more to the target": slow === null || slow >= 5 },
      "Chebyshev is there no later than damping, prompt by prompt",
      (name) => checkTrue(name, early > 0.9 * prompts, `on ${early} of ${prompts}`, "on more than 90 %"),
    ),
    given(
      { ...seen, "damping gets half of the prompts there": slow !== null && slow > 2 },
      "momentum and Chebyshev need fewer steps",
      (name) =>
        checkTrue(
          name,
          accelerated.every((count) => count !== null && count <= slow!),
          `${accelerated.map(String).join(" and ")} for ${slow}`,
          "not more",
        ),
    ),
    given(
      { ...seen, "steps ≥ 40": steps >= 40, "m ≤ 2d": m <= 2 * d, "n ≤ 4d": n <= 4 * d, "finite, positive errors": ratio !== null },
      "damping beats stopping at k*, on the same prompts",
      (name) =>
        checkTrue(
          name,
          ratio!.mean < -3 * ratio!.standardError,
          `log10 of the ratio ${formatNumber(ratio!.mean, 3)} ± ${formatNumber(ratio!.standardError, 2)}; medians ${formatNumber(medianAt(damped, steps).value, 2)} and ${formatNumber(medianAt(stopped, steps).value, 2)}`,
          "below 0 by 3 standard errors",
        ),
    ),
  ];
}
