/** @file Means of traces of words in a centred Wishart matrix, by Wick's formula without self-contractions. */
import { Matrix } from "ml-matrix";

/**
 * The mean of tr(B_1 Ŝ B_2 Ŝ ... B_q Ŝ), where Ŝ = S - Σ, S = XXᵀ/m with m columns x ~ N(0, Σ), is a sum over the pairings of
 * the 2q legs of the factors Ŝ in which no factor is paired with itself (that is what centring removes):
 * $$ E\,\mathrm{tr}(B_1 \hat S \cdots B_q \hat S) = \sum_{\text{pairings}} m^{c - q} \prod_{\text{loops}} \mathrm{tr}(\cdots) $$
 * with c the number of cycles among the columns' indices, and each loop the trace of the B (or Bᵀ) and Σ met along it.
 * Centring keeps the digits: every term has the size of the fluctuations that it describes, and nothing is left to cancel
 * between the orders in 1/m. (2q-1)!! pairings are visited at most, 10395 for q = 6; ours.
 */
export class CenteredWick {
  private readonly letters: ReadonlyMap<string, Matrix>;
  private readonly products = new Map<string, Matrix>();
  private readonly traces = new Map<string, number>();

  /**
   * @param letters the deterministic matrices by name: one upper-case character for a matrix, the lower-case one for its
   *   transpose; "S" is Σ. (d, d) each
   * @param m integer >= 1, or Infinity (then Ŝ = 0)
   */
  constructor(
    letters: Readonly<Record<string, Matrix>>,
    private readonly m: number,
  ) {
    this.letters = new Map(
      Object.entries(letters).flatMap(([name, matrix]) => [[name, matrix] as const, [name.toLowerCase(), matrix.transpose()] as const]),
    );
  }

  /**
   * E tr(B_1 Ŝ B_2 Ŝ ... B_q Ŝ).
   * @param gaps B_1, ..., B_q as words over the letters, "" for I; q >= 1
   */
  mean(gaps: readonly string[]): number {
    if (this.m === Number.POSITIVE_INFINITY) return 0;
    let sum = 0;
    for (const { loops, cycles, count } of contractions(gaps)) {
      let product = count * this.m ** (cycles - gaps.length);
      for (const loop of loops) product *= this.trace(loop);
      sum += product;
    }
    return sum;
  }

  /** tr of a word. */
  trace(word: string): number {
    const key = canonical(word);
    let value = this.traces.get(key);
    if (value === undefined) {
      // tr(P Q) without forming the product.
      const half = key.length >> 1;
      const p = this.product(key.slice(0, half));
      const q = this.product(key.slice(half));
      value = 0;
      for (let i = 0; i < p.rows; i++) for (let j = 0; j < p.rows; j++) value += p.get(i, j) * q.get(j, i);
      this.traces.set(key, value);
    }
    return value;
  }

  private product(word: string): Matrix {
    const known = this.products.get(word) ?? this.letters.get(word);
    if (known) return known;
    const d = this.letters.values().next().value!.rows;
    const value = word.length === 0 ? Matrix.eye(d, d) : this.product(word.slice(0, -1)).mmul(this.product(word.slice(-1)));
    this.products.set(word, value);
    return value;
  }
}

/**
 * The contractions of tr(B_1 Ŝ ... B_q Ŝ): the words whose traces are multiplied, the cycles of the column indices, and how many pairings
 * give both. Leg 2r is the left leg of the r-th Ŝ, 2r+1 the right one.
 */
function contractions(gaps: readonly string[]) {
  const q = gaps.length;
  const partner = new Int32Array(2 * q).fill(-1);
  const found = new Map<string, { loops: string[]; cycles: number; count: number }>();
  const complete = (): void => {
    const loops = rowLoops(gaps, partner).map(canonical).sort();
    const cycles = columnCycles(partner);
    const key = `${cycles}|${loops.join("|")}`;
    const same = found.get(key);
    if (same) same.count++;
    else found.set(key, { loops, cycles, count: 1 });
  };
  const pair = (leg: number): void => {
    while (leg < 2 * q && partner[leg] >= 0) leg++;
    if (leg === 2 * q) {
      complete();
      return;
    }
    for (let other = leg + 1; other < 2 * q; other++) {
      if (partner[other] >= 0 || other >> 1 === leg >> 1) continue;
      partner[leg] = other;
      partner[other] = leg;
      pair(leg + 1);
      partner[leg] = -1;
      partner[other] = -1;
    }
  };
  pair(0);
  return [...found.values()];
}

/** Both legs of a factor carry the same column index. */
function columnCycles(partner: Int32Array): number {
  const seen = new Uint8Array(partner.length);
  let cycles = 0;
  for (let start = 0; start < partner.length; start++) {
    if (seen[start]) continue;
    cycles++;
    for (let leg = start; !seen[leg]; ) {
      seen[leg] = 1;
      leg = partner[leg];
      seen[leg] = 1;
      leg ^= 1;
    }
  }
  return cycles;
}

/**
 * B_{r+1} joins the right leg of factor r to the left leg of factor r+1 (cyclically), a pair joins its legs by Σ. Each loop is
 * read off as a word; a B met from its right end is transposed.
 */
function rowLoops(gaps: readonly string[], partner: Int32Array): string[] {
  const q = gaps.length;
  const seen = new Uint8Array(2 * q);
  const loops: string[] = [];
  for (let start = 0; start < 2 * q; start++) {
    if (seen[start]) continue;
    let word = "";
    for (let leg = start; !seen[leg]; ) {
      seen[leg] = 1;
      // Across the gap: from a right leg forwards, from a left leg backwards.
      const forwards = leg % 2 === 1;
      const r = leg >> 1;
      const gap = forwards ? gaps[(r + 1) % q] : gaps[r];
      const across = forwards ? 2 * ((r + 1) % q) : 2 * ((r + q - 1) % q) + 1;
      word += `${forwards ? gap : transposeWord(gap)}S`;
      seen[across] = 1;
      leg = partner[across];
    }
    loops.push(word);
  }
  return loops;
}

function transposeWord(word: string): string {
  return Array.from(word, (letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()))
    .reverse()
    .join("");
}

/** The least of the words with the same trace: rotations of the word and of its transpose. Σ is symmetric, so "s" is "S". */
function canonical(word: string): string {
  let least = word;
  for (const version of [word, transposeWord(word).replaceAll("s", "S")]) {
    for (let i = 0; i < version.length; i++) {
      const rotated = version.slice(i) + version.slice(0, i);
      if (rotated < least) least = rotated;
    }
  }
  return least;
}
