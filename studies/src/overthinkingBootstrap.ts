/** @file Can overthinking be predicted from samples by plug-in and bootstrap? How biased, how often right. Ours. */
import { Covariance, core, model, type Random } from "cotlab";
import { Checks } from "cotlab/dist/core/check";
import type { Mean } from "cotlab/dist/core/statistics";
import type { Share } from "cotlab/dist/core/wilsonInterval";

/** Training and target data to be predicted from, and how often. */
export interface OverthinkingBootstrapParams extends model.AlignmentParams {
  /** N: training inputs, and as many target inputs; integer >= d. */
  readonly samples: number;
  /** Data sets; integer >= 2; data set i is drawn from sub-stream i. */
  readonly trials: number;
  /** Bootstrap replicates of each; integer >= 20; default 100. */
  readonly replicates?: number;
  /** Coverage aimed at; in [0.5, 1); default 0.95. */
  readonly confidence?: number;
}

/** How an interval of μ_max did. */
export interface IntervalScore {
  /** Share of the data sets whose interval holds the true μ_max. */
  readonly covered: Share;
  /** Share whose interval lies on the wrong side of 2: "thinking helps" where it diverges, or the reverse. */
  readonly wrong: Share;
  /** Share whose interval holds 2: no statement. */
  readonly abstained: Share;
}

/** What the data sets say of μ_max. */
export interface OverthinkingBootstrap {
  /** The true μ_max = λ_max(Γ^(-1/2) Σ Γ^(-1/2)); more thinking diverges at m = ∞ iff it is above 2. */
  readonly truth: number;
  /** The plug-in estimate λ_max(Γ̂^(-1/2) Σ̂ Γ̂^(-1/2)). */
  readonly plugIn: Mean;
  /** Share of the data sets for which the plug-in estimate lies on the wrong side of 2. */
  readonly plugInWrong: Share;
  /** [q_{α/2}, q_{1-α/2}] of the replicates. */
  readonly percentile: IntervalScore;
  /** [2θ̂ - q_{1-α/2}, 2θ̂ - q_{α/2}]: the same, reflected at the estimate, which turns the bias around. */
  readonly basic: IntervalScore;
}

/**
 * Draws data sets, estimates μ_max from each by putting sample covariances for the true ones, and judges two bootstrap intervals.
 *
 * The data are normal and the bootstrap is parametric: replicates are drawn from N(0, Λ̂) and N(0, Σ̂). The largest eigenvalue of an
 * estimate is biased up, and that of a replicate is so once more: the percentile interval, which ignores this, lies above the truth by
 * two biases, and the basic one does not.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function overthinkingBootstrap(params: OverthinkingBootstrapParams, random: Random): OverthinkingBootstrap {
  const check: Checks = new Checks("overthinkingBootstrap");
  const { covariance, target = covariance, n, noise = 0, samples, trials, replicates = 100, confidence = 0.95 } = params;
  check.integer("samples", samples, covariance.d);
  check.integer("trials", trials, 2);
  check.integer("replicates", replicates, 20);
  check.interval("confidence", confidence, 0.5, 1 - 1e-9);
  const truth = largest(covariance, target, n, noise);
  check.positive("the largest eigenvalue", truth);
  const plugIns = new Float64Array(trials);
  const percentile = new Tally(truth);
  const basic = new Tally(truth);
  for (let trial = 0; trial < trials; trial++) {
    const stream = random.stream(trial);
    const Lambda = resample(covariance, samples, stream);
    const Sigma = resample(target, samples, stream);
    const estimate = largest(Lambda, Sigma, n, noise);
    plugIns[trial] = estimate;
    const draws = Float64Array.from({ length: replicates }, () =>
      largest(resample(Lambda, samples, stream), resample(Sigma, samples, stream), n, noise),
    ).sort();
    const tail = ((1 - confidence) / 2) * (replicates - 1);
    const [low, high] = [draws[Math.round(tail)], draws[Math.round(replicates - 1 - tail)]];
    percentile.add(low, high);
    basic.add(2 * estimate - high, 2 * estimate - low);
  }
  const wrong = plugIns.reduce((count, value) => count + (value > 2 !== truth > 2 ? 1 : 0), 0);
  return {
    truth,
    plugIn: core.meanAndError(plugIns),
    plugInWrong: core.wilsonInterval(wrong, trials),
    percentile: percentile.score(trials),
    basic: basic.score(trials),
  };
}

/** Counts what intervals hold. */
class Tally {
  private covered = 0;
  private wrong = 0;
  private abstained = 0;

  constructor(private readonly truth: number) {}

  add(low: number, high: number): void {
    if (low <= this.truth && this.truth <= high) this.covered++;
    if (low <= 2 && 2 <= high) this.abstained++;
    else if (low > 2 !== this.truth > 2) this.wrong++;
  }

  score(trials: number): IntervalScore {
    const { covered, wrong, abstained } = this;
    return {
      covered: core.wilsonInterval(covered, trials),
      wrong: core.wilsonInterval(wrong, trials),
      abstained: core.wilsonInterval(abstained, trials),
    };
  }
}

/** The second moment of N inputs. */
function resample(covariance: Covariance, samples: number, random: Random): Covariance {
  return Covariance.fromMatrix(model.sampleSecondMoment({ covariance, m: samples }, random));
}

/** λ_max(Σ^{1/2} Γ^{-1} Σ^{1/2}), that of Γ^{-1/2} Σ Γ^{-1/2}. */
function largest(covariance: Covariance, target: Covariance, n: number, noise: number): number {
  const root = target.apply(Math.sqrt);
  const product = root.mmul(model.inverseGamma({ covariance, n, noise })).mmul(root);
  return Covariance.fromMatrix(product.add(product.transpose()).div(2)).lambdaMax;
}
