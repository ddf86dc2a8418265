/** @file The moments E tr(W^j) of a real Wishart matrix by two routes that share nothing with the recurrence of the library. */
import type { WishartMomentsParams } from "../../../dist/theory/finite/wishartMoments.js";

/**
 * E tr(W^j), j = 0..J, by the sum over partitions.
 *
 * In the expansion of tr(W^j) in zonal polynomials a partition λ of j contributes
 * $$ \frac{2j \prod_{s \ne (1,1)} (2a'_s - l'_s)}{\prod_s (2a_s + l_s + 1)(2a_s + l_s + 2)} \prod_s (d + 2a'_s - l'_s)(m + 2a'_s - l'_s) $$
 * with arms a, legs l and their co-arms a', co-legs l'. The box (3,2) has 2a' - l' = 0, so only the partitions (a, b, 1^c)
 * are left. For them the products of hooks are factorials, and they collapse to
 * $$ E\,\mathrm{tr}W^j = \alpha_j - 2j \sum_{a \ge b \ge 1,\ a+b+c=j} \frac{(-1)^c (2(a-b)+1)\, \alpha_a \beta_b \kappa_c}
 *    {(2a+c)(2a+c+1)(2b+c-1)(2b+c)} $$
 * with α_a = Π_{i<a} (d+2i)(m+2i)/(2i+1), β_b = Π_{i<b} (d-1+2i)(m-1+2i) / (2^{b-1} (b-1)!) and
 * κ_c = Π_{2<=l<=c+1} (d-l)(m-l) / c!.
 * Ours in this form. The general formula is in Hanlon, Stanley and Stembridge (1992) and in Macdonald's book, section VI.10
 * (both cited from memory); the formula is verified here against the loop recursion.
 */
export function wishartMomentsByPartitions({ d, m, order }: WishartMomentsParams): bigint[] {
  const D = BigInt(d);
  const M = BigInt(m);
  const J = BigInt(order);
  // Integers: α scaled by (2J-1)!!, β by 2^(J-1) (J-1)!, κ by J!.
  let alphaScale = 1n;
  for (let i = 1n; i < J; i++) alphaScale *= 2n * i + 1n;
  let factorial = 1n;
  for (let i = 1n; i <= J; i++) factorial *= i;
  const betaScale = order === 0 ? 1n : (factorial / J) << (J - 1n);
  const alpha = [alphaScale];
  const beta = [0n, betaScale * (D - 1n) * (M - 1n)];
  const kappa = [factorial];
  for (let i = 1; i <= order; i++) {
    const k = BigInt(i);
    alpha.push((alpha[i - 1] * (D + 2n * k - 2n) * (M + 2n * k - 2n)) / (2n * k - 1n));
    if (i > 1) beta.push((beta[i - 1] * (D + 2n * k - 3n) * (M + 2n * k - 3n)) / (2n * k - 2n));
    kappa.push((kappa[i - 1] * (D - k - 1n) * (M - k - 1n)) / -k);
  }
  const scale = betaScale * factorial;
  // A multiple of every (2a+c)(2a+c+1)(2b+c-1)(2b+c): neighbours are coprime, and all of them are at most 2J.
  const common = leastCommonMultiple(2 * order) ** 2n;
  const moments = [D];
  for (let j = 1; j <= order; j++) {
    let sum = 0n;
    for (let delta = 0; delta <= j - 2; delta++) {
      let inner = 0n;
      for (let b = 1; 2 * b + delta <= j; b++) inner += alpha[b + delta] * beta[b] * kappa[j - delta - 2 * b];
      const weight = BigInt(j + delta) * BigInt(j + delta + 1) * BigInt(j - delta - 1) * BigInt(j - delta);
      sum += BigInt(2 * delta + 1) * inner * (common / weight);
    }
    moments.push((alpha[j] * scale * common - 2n * BigInt(j) * sum) / (alphaScale * scale * common));
  }
  return moments;
}

/**
 * E tr(W^j), j = 0..J, by the loop recursion, that is Gaussian integration by parts. With p_j = tr(W^j), p_0 = d:
 * $$ E[p_{j+1} p_\mu] = (m+j) E[p_j p_\mu] + \sum_{l=1}^{j} E[p_l p_{j-l} p_\mu] + \sum_{r \in \mu} 2r\, E[p_{j+r} p_{\mu \setminus r}] $$
 * It needs the joint moments of all partitions, so it serves as a check at low orders.
 * Derivation (ours): E tr(XXᵀ W^j p_μ) = Σ E ∂/∂X_ia [(W^j X)_ia p_μ]. The derivative of the X on the right gives m p_j, each
 * of the j factors W gives p_l p_{j-l} and one single trace, and tr(W^r) gives 2r W^{r-1} X.
 */
export function wishartMomentsByLoops({ d, m, order }: WishartMomentsParams): bigint[] {
  const D = BigInt(d);
  const M = BigInt(m);
  const known = new Map<string, bigint>();
  // E[Π p_r] over a multiset of powers, without the zeros.
  const joint = (powers: number[]): bigint => {
    const positive = powers.filter((power) => power > 0).sort((a, b) => b - a);
    const zeros = D ** BigInt(powers.length - positive.length);
    if (positive.length === 0) return zeros;
    const key = positive.join(",");
    let value = known.get(key);
    if (value === undefined) {
      const [first, ...rest] = positive as [number, ...number[]];
      const j = first - 1;
      value = (M + BigInt(j)) * joint([j, ...rest]);
      for (let l = 1; l <= j; l++) value += joint([l, j - l, ...rest]);
      rest.forEach((r, i) => {
        value! += 2n * BigInt(r) * joint([j + r, ...rest.slice(0, i), ...rest.slice(i + 1)]);
      });
      known.set(key, value);
    }
    return zeros * value;
  };
  return Array.from({ length: order + 1 }, (_, j) => joint([j]));
}

/** lcm(1, ..., top). */
function leastCommonMultiple(top: number): bigint {
  let product = 1n;
  for (let p = 2; p <= top; p++) {
    let root = 2;
    while (root * root <= p && p % root !== 0) root++;
    if (root * root <= p) continue;
    let power = p;
    while (power * p <= top) power *= p;
    product *= BigInt(power);
  }
  return product;
}
