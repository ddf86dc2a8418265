/** @file What Proposition 3.2 (notebook 02) claims, and how good a method it is, as checks with the hypotheses that they need. */
import { simultaneousLimit } from "cotlab/dist/core/simultaneousLimit";
import type { Quantile } from "cotlab/dist/core/statistics";
import { formatNumber } from "cotlab/dist/notebook/table";
import { type Check, checkAllZ, checkTrue, given, outcome, type PaperStatement, type SimulatedPoint } from "cotlab/dist/notebook/verdict";
import type { Curve } from "cotlab/dist/simulation/simulationResult";
import { type ChainWays, type Excess, type LossDerivatives, type Method, type StoppedMethods, shareBelow } from "./pseudoNewton";

const HESSIAN = "Γ⁻¹ approximates the inverse of the true Hessian, Λ⁻¹";

/** Up to rounding. */
const equal = (gap: number): boolean => gap < 1e-9;
const small = (name: string, gap: number, ...statement: PaperStatement): Check =>
  checkTrue(name, equal(gap), gap.toExponential(1), "rounding", ...statement);

/** Differences on one prompt, relative. */
export interface IdentityGaps {
  readonly scores: number;
  /** The score of thoughts, which is no difference. */
  readonly thoughts: number;
  readonly update: number;
  readonly ways: ChainWays;
  /** The paper's closed form at several k, with the start called w_1 and w_0. */
  readonly index: Readonly<Record<"w_1" | "w_0", readonly number[]>>;
  readonly divisor: number;
}

/** The layer, the recursion and the closed form, which are equal. */
export function identityChecks({ scores, thoughts, update, ways, index, divisor }: IdentityGaps): Check[] {
  const [fromOne, fromZero] = [index.w_1, index.w_0].map((gaps) => Math.max(...gaps));
  return [
    small("scores are residuals (3)", scores),
    checkTrue("thoughts get score 0", thoughts === 0, String(thoughts), "0"),
    small("a pass of the layer is update (1)", update, "w_{i+1} = w_i − Γ⁻¹S(w_i − w)", "confirmed"),
    small("replace and append agree", ways.gaps["layer, thought appended"]),
    small("c drops out", ways.gaps["layer, c = −3"]),
    small("layer and recursion agree", ways.gaps["recursion (1)"]),
    small("layer and closed form (5) agree", ways.gaps["closed form (5)"]),
    small("index: start called w_1", fromOne, "w_{k+1} = (I − (I − Γ⁻¹S)^k) w", {
      "the start is called w_1": outcome(equal(fromOne)),
      "the start is called w_0: w_{k+1} then takes k + 1 steps": outcome(equal(fromZero)),
    }),
    small("a layer dividing by n takes steps m/n times as long", divisor),
  ];
}

/** The error over random weights: its mean over fewer draws is not yet normal; squares of errors below vanish, those above overflow. */
export function weightChecks(points: readonly SimulatedPoint[], draws: number): Check[] {
  const seen = points.filter(({ expected }) => expected > 1e-20 && expected < 1e140);
  return [
    given({ "draws ≥ 500": draws >= 500, "an error above rounding": seen.length > 0 }, "error over random w", (name) =>
      checkAllZ(name, seen),
    ),
  ];
}

/** Γ⁻¹ as Newton's preconditioner: against Λ, and against S at m = 2d, where it gets worse again. */
export function newtonChecks(run: {
  readonly d: number;
  /** Hard(Λ). */
  readonly hard: number;
  readonly derivatives: LossDerivatives;
  /** S of the prompt against Λ, relative. */
  readonly toLambda: number;
  /** (8) less the eigenvalues, relative. */
  readonly gap: number;
  readonly prompts: number;
  /** The longest training length. */
  readonly longest: number;
  /** Medians of ρ at m = 2d: the least over n, and that at the longest n. */
  readonly least: Quantile;
  readonly last: Quantile;
}): Check[] {
  const { d, hard, derivatives, toLambda, gap, prompts, longest, least, last } = run;
  return [
    checkTrue("gradient of ℓ", derivatives.gradient < 1e-6, derivatives.gradient.toExponential(1), "finite differences"),
    small("the Hessian of ℓ is S", derivatives.hessian, HESSIAN, {
      "the Hessian is the mean over prompts, E S = Λ, and n ≫ Hard(Λ)": outcome(equal(gap)),
      [`the Hessian is that of one prompt's loss: S, here ${(100 * toLambda).toFixed(0)} % off Λ`]: outcome(equal(toLambda)),
    }),
    small("distance to Λ is (8), so → 0 for n ≫ Hard", gap, HESSIAN, "confirmed under added hypotheses"),
    given(
      { "d ≥ 10": d >= 10, "prompts ≥ 40": prompts >= 40, "longest n ≥ 100 (1 + Hard)": longest >= 100 * (1 + hard) },
      `distance to S, m = ${2 * d}: rises again`,
      (name) =>
        checkTrue(
          name,
          last.low > least.high,
          `median ρ ${least.value.toFixed(2)}, at the largest n ${last.value.toFixed(2)}`,
          "intervals apart",
        ),
    ),
  ];
}

/** Two methods that nothing of their kind can beat: the losses of CG with Γ⁻¹ and of the chain at every k, and mean excesses over Bayes ridge. */
export function optimalityChecks(run: {
  readonly d: number;
  readonly draws: number;
  readonly losses: { readonly pcg: readonly number[]; readonly chain: readonly number[] };
  readonly behind: readonly { readonly points: readonly (Excess | null)[] }[];
}): Check[] {
  const { d, draws, losses, behind } = run;
  const larger = Math.max(...losses.pcg.map((loss, k) => loss - losses.chain[k])) / losses.pcg[0];
  const zs = behind.flatMap(({ points }) =>
    points.slice(1).flatMap((point) => (point === null ? [] : [(point.mean + 1e-9 * d) / (point.standardError + 1e-300)])),
  );
  const least = Math.min(...zs);
  const limit = simultaneousLimit(Math.max(1, zs.length));
  return [
    checkTrue("CG with Γ⁻¹: larger loss", larger < 1e-10, `by at most ${larger.toExponential(1)} of the first`, "at no k, one prompt"),
    given({ "draws ≥ 500": draws >= 500 }, "Bayes ridge has the smallest mean", (name) =>
      checkTrue(name, least > -limit, `others above by ${least.toFixed(1)} se or more`, `not below by ${formatNumber(limit, 3)} se, any k`),
    ),
  ];
}

/** What was found at the committed parameters, and is no theorem. */
export function methodChecks(run: {
  /** What the findings without and with noise assume. */
  readonly clean: Readonly<Record<string, boolean>>;
  readonly noisy: Readonly<Record<string, boolean>>;
  readonly d: number;
  readonly curves: Readonly<Record<"chain of thought" | "CG with Γ⁻¹" | "gradient descent", Curve>>;
  /** On the longer and on the short prompts. */
  readonly stopped: readonly StoppedMethods[];
}): Check[] {
  const { clean, noisy, d, curves, stopped } = run;
  const chain = curves["chain of thought"];
  const steps = chain.x.slice(1).map((_, i) => i + 1);
  const shares = (name: Method & keyof typeof curves, last: number) =>
    steps.filter((k) => k <= last).map((k) => shareBelow(curves[name], chain, k));
  const leastPcg = Math.min(...shares("CG with Γ⁻¹", d));
  const mostGd = Math.max(...shares("gradient descent", Number.POSITIVE_INFINITY));
  const [longer, short] = stopped.map(({ m, gaps }) => ({ m, z: gaps[1].mean / gaps[1].standardError }));
  const onShare = (share: number) => `on at least ${(100 * share).toFixed(1)} % of prompts`;
  return [
    given(clean, `CG with Γ⁻¹ is closer to w, k ≤ ${d}`, (name) =>
      checkTrue(name, leastPcg > 0.5, onShare(leastPcg), "over 50 % at every k"),
    ),
    given(clean, "CoT is closer than gradient descent", (name) =>
      checkTrue(name, mostGd < 0.5, onShare(1 - mostGd), "over 50 % at every k"),
    ),
    given(noisy, `noise, m = ${longer.m}: stopped CoT ahead of stopped CG`, (name) =>
      checkTrue(name, longer.z > 4, `by ${longer.z.toFixed(1)} se`, "by 4 se"),
    ),
    given(noisy, `noise, m = ${short.m}: behind it`, (name) => checkTrue(name, short.z < -4, `by ${(-short.z).toFixed(1)} se`, "by 4 se")),
  ];
}
