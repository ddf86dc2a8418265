/** @file What a right answer costs in tokens. */
import type { Random } from "../core/random";

/** A cost with its interval; an end is null where the data set no bound, or with too few chains. */
export interface Cost {
  /** The cost. */
  readonly value: number;
  /** Lower end of its interval. */
  readonly low: number | null;
  /** Upper end. */
  readonly high: number | null;
}

/** What one chain took, and whether its answer is right. */
export interface PaidAnswer {
  readonly tokens: number;
  readonly right: boolean;
}

/** With fewer chains nothing can be said of how far their lengths scatter. */
const FEWEST = 10;

/**
 * Tokens per right answer, Σ t_i / Σ r_i, by the Bayesian bootstrap over problems (Rubin 1981): every problem weighs an exponential number.
 * One more problem of average length stands for what was not seen, a right one for the lower end and a wrong one for the upper: with
 * chains that are all equally long the ends are then Clopper and Pearson's, and not too narrow where few answers are right.
 * @param tail how often the truth may lie below the interval, and how often above; at least 1 / (replications + 1)
 * @returns null when no answer is right
 */
export function tokensPerRight(answers: readonly PaidAnswer[], tail: number, replications: number, random: Random): Cost | null {
  const n = answers.length;
  const total = answers.reduce((sum, { tokens }) => sum + tokens, 0);
  const count = answers.reduce((sum, { right }) => sum + Number(right), 0);
  if (count === 0) return null;
  const value = total / count;
  if (n < FEWEST) return { value, low: null, high: null };
  // The right ones first, so that the inner loops need not ask.
  const tokens = Float64Array.from(
    [...answers].sort((a, b) => Number(b.right) - Number(a.right)),
    (answer) => answer.tokens,
  );
  const lows = new Float64Array(replications);
  const highs = new Float64Array(replications);
  for (let replication = 0; replication < replications; replication++) {
    const unseen = -Math.log(1 - random.uniform());
    let spent = (unseen * total) / n;
    let right = 0;
    for (let i = 0; i < n; i++) {
      const weight = -Math.log(1 - random.uniform());
      spent += weight * tokens[i];
      if (i < count) right += weight;
    }
    lows[replication] = spent / (right + (count < n ? unseen : 0));
    highs[replication] = spent / right;
  }
  // The rank keeps the tail on average over replications, however few they are.
  const rank = Math.max(1, Math.floor(tail * (replications + 1))) - 1;
  return { value, low: Math.min(value, lows.sort()[rank]), high: Math.max(value, highs.sort()[replications - 1 - rank]) };
}
