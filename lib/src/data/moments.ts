/** @file Count, mean and second moments of a feature matrix in one pass, kept for random blocks of its rows. Ours. */
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { Random } from "../core/random";
import { LARGE } from "../linalg/backend";
import { multiply, transpose } from "../linalg/dense";
import { allFinite } from "../linalg/layout";
import { FeatureFileError } from "./featureFileError";
import { packedRow, rankUpdate } from "./rankUpdate";
import { rowSums } from "./rowSums";
import { columnLabel, type FeatureTable } from "./table";

/** How moments are collected. */
export interface MomentOptions {
  /** B: blocks over which rows are spread at random, for the intervals; integer >= 2; default 20, from d = 512 on 10. */
  readonly blocks?: number;
  /** Seed of that spreading; an integer >= 0; default 7. */
  readonly seed?: number;
  /** True (the default): second moments about the mean; false: about 0. */
  readonly centred?: boolean;
  /** Whether the fourth moments that training sees are collected too (`Moments.fourthMoments`), for about twice the work; default false. */
  readonly fourth?: boolean;
  /** R: the rows are going to be projected on R directions (`Moments.project`), so that features may be constant and rows few. */
  readonly components?: number;
  /** Called now and then with the number of rows read. */
  readonly onProgress?: (rows: number) => void;
}

/** Features and blocks whose moments are held. */
const [MOST_FEATURES, MOST_BLOCKS] = [100_000, 10_000];

/** Numbers below it in size have squares that may vanish. */
const LEAST = 1e-150;

/** Rows of a block that are centred and added at once: so many that BLAS adds them. */
const CHUNK = LARGE;

/** Running moments of one block of rows. */
interface Block extends Sums {
  /** Rows waiting, row-major (CHUNK, d). */
  readonly waiting: Float64Array;
  held: number;
}

/** Fourth moments of some rows about a centre c that was chosen before most of them came: sums over y = x - c. */
interface FourthSums {
  /** Σ ‖y‖² y. */
  readonly cubic: Float64Array;
  /** Σ ‖y‖² yyᵀ, packed lower triangle. */
  readonly quartic: Float64Array;
  /** c; the same for all blocks. */
  readonly centre: Float64Array;
}

/**
 * First, second and some fourth moments of rows that come in any number of batches. Every row goes to one of B blocks, drawn at random, so
 * that a block is a random sample whatever the order of the file. Memory: B d(d+1)/2 numbers (with fourth moments twice as many) and B chunks
 * of 512 rows.
 *
 * A chunk is centred at its own mean, its scatter is added by a rank-k update, and chunks are merged exactly:
 * n = n_a + n_b,  δ = μ_b - μ_a,  M = M_a + M_b + (n_a n_b/n) δδᵀ
 * So no large means are ever subtracted from each other, and rounding grows with the number of chunks, not of rows.
 * @origin standard, Chan, Golub and LeVeque 1983
 * @example
 * const rows = new cot.data.SecondMoments(2);
 * rows.add(Float64Array.of(1, 2, 3, 4));
 * rows.finish().covariance(); // => [2, 2, 2, 2]
 */
export class SecondMoments {
  /** d: number of features. */
  readonly d: number;
  /** Whether second moments are about the mean. */
  readonly centred: boolean;
  private readonly blocks: readonly Block[];
  private readonly random: Random;
  /** Of y = x - origin, with the first row as origin: Σ ‖y‖² y and Σ ‖y‖⁴; for shrinkage. */
  private readonly cubic: Float64Array;
  private quartic = 0;
  private origin: Float64Array | undefined;
  /** ‖y‖² of the rows of a batch. */
  private squares = new Float64Array(0);
  private readonly withFourth: boolean;
  private centre: Float64Array | undefined;

  /**
   * @param d features; integer >= 1
   * @param params blocks = 20, from d = 512 on 10; seed = 7; centred = true; fourth = false
   * @throws RangeError outside the domain
   */
  constructor(d: number, params: MomentOptions = {}) {
    const check: Checks = new Checks("SecondMoments");
    check.count("d", d, 1, MOST_FEATURES);
    const { blocks = d < 512 ? 20 : 10, seed = 7, centred = true, fourth = false } = argumentsOf("SecondMoments", params);
    check.count("blocks", blocks, 2, MOST_BLOCKS);
    check.integer("seed", seed, 0);
    for (const [name, flag] of Object.entries({ centred, fourth }))
      if (typeof flag !== "boolean") check.wrongKind(name, "true or false", flag);
    this.d = d;
    this.centred = centred;
    this.withFourth = fourth;
    this.random = Random.seed(seed).stream("moment-blocks");
    this.cubic = new Float64Array(d);
    this.blocks = Array.from({ length: blocks }, () => ({ ...noSums(d), waiting: new Float64Array(CHUNK * d), held: 0 }));
  }

  /**
   * Adds rows.
   * @param values row-major (rows, d), all finite
   * @param rows how many of them; default: all
   * @throws RangeError when the values are not whole rows
   */
  add(values: Float64Array, rows = (values?.length ?? 0) / this.d): void {
    const check: Checks = new Checks("SecondMoments.add");
    if (!(values instanceof Float64Array)) check.wrongKind("values", "a Float64Array", values);
    if (rows === 0) return;
    const { d, blocks, cubic, random } = this;
    if (!Number.isInteger(rows) || rows < 0 || values.length < rows * d) check.fail("values", `rows of ${d} numbers`, values);
    if (values.some((value) => !Number.isFinite(value)))
      check.fail(
        "values",
        "finite numbers",
        values.find((value) => !Number.isFinite(value)),
      );
    this.origin ??= values.slice(0, d);
    if (this.squares.length < rows) this.squares = new Float64Array(rows);
    rowSums.addCubic(values.subarray(0, rows * d), this.origin, cubic, this.squares);
    for (let i = 0; i < rows; i++) this.quartic += this.squares[i] * this.squares[i];
    for (let i = 0; i < rows; i++) {
      const block = blocks[random.integer(blocks.length)];
      copyRow(values, i * d, block.waiting, block.held * d, d);
      if (++block.held === CHUNK) this.flush(block);
    }
  }

  /** Takes in the rows that wait. */
  private flush(block: Block): void {
    const { d } = this;
    const { waiting, held, scatter } = block;
    if (held === 0) return;
    if (this.withFourth) {
      this.centre ??= this.chooseCentre();
      block.fourth ??= noFourth(d, this.centre);
    }
    const mean = new Float64Array(d);
    const rows = rowSums.centre(waiting.subarray(0, held * d), mean);
    rankUpdate(scatter, rows, d, held);
    if (block.fourth) addFourth(block.fourth, rows, mean, d, held);
    moveMean(block, mean, held);
    block.held = 0;
  }

  /** About 0, or the mean of the rows that wait when the first block is full: some thousands, of all blocks. */
  private chooseCentre(): Float64Array {
    const { d, blocks } = this;
    const centre = new Float64Array(d);
    if (!this.centred) return centre;
    const count = blocks.reduce((sum, { held }) => sum + held, 0);
    for (const { waiting, held } of blocks)
      for (let at = 0; at < held * d; at += d) for (let j = 0; j < d; j++) centre[j] += waiting[at + j] / count;
    return centre;
  }

  /**
   * What has been collected.
   * @throws RangeError when the squares of the values overflow
   */
  finish(): Moments {
    const found = this.gather();
    if (found.overflowing >= 0) overflows(new Checks("SecondMoments.finish"), "values");
    return found;
  }

  /** @internal What has been collected, overflows included: who reads a file tells of its columns. */
  gather(): Moments {
    const { d, blocks, centred } = this;
    for (const block of blocks) this.flush(block);
    const total = merge(blocks, d);
    const quartic = total.count === 0 ? 0 : this.centredQuartic(total);
    return new Moments({
      d,
      centred,
      quartic,
      total,
      blocks: blocks.map(({ count, mean, scatter, fourth }) => ({ count, mean, scatter, fourth })),
    });
  }

  /** Σ ‖x - c‖⁴ about the mean, or about 0 when not centred, from the sums about the origin. With δ = c - origin: ‖y - δ‖² = ‖y‖² - 2yδ + ‖δ‖². */
  private centredQuartic({ count, mean, scatter }: Sums): number {
    const { d, origin, cubic } = this;
    const delta = Float64Array.from({ length: d }, (_, j) => (this.centred ? mean[j] : 0) - origin![j]);
    const shift = Float64Array.from({ length: d }, (_, j) => mean[j] - origin![j]);
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, j) => sum + value * b[j], 0);
    const size = dot(delta, delta);
    let trace = count * dot(shift, shift);
    for (let j = 0; j < d; j++) trace += scatter[packedRow(j + 1) - 1];
    const form = quadratic(scatter, delta) + count * dot(shift, delta) ** 2;
    return this.quartic - 4 * dot(cubic, delta) + 4 * form + 2 * size * trace - 4 * size * count * dot(shift, delta) + count * size * size;
  }
}

/** Count, mean and scatter of some rows. */
interface Sums {
  count: number;
  readonly mean: Float64Array;
  /** Σ (x - mean)(x - mean)ᵀ, packed lower triangle. */
  readonly scatter: Float64Array;
  /** Where they are collected. */
  fourth?: FourthSums | undefined;
}

const noSums = (d: number): Sums => ({ count: 0, mean: new Float64Array(d), scatter: new Float64Array(packedRow(d)) });
const noFourth = (d: number, centre: Float64Array): FourthSums => ({
  cubic: new Float64Array(d),
  quartic: new Float64Array(packedRow(d)),
  centre,
});

/**
 * The moments of a data set, whole or without one of its blocks.
 * @origin ours
 * @example
 * const rows = new cot.data.SecondMoments(2);
 * rows.add(Float64Array.of(1, 2, 3, 4));
 * rows.finish().mean; // => [2, 3]
 */
export class Moments {
  /** d: number of features. */
  readonly d: number;
  /** N: number of rows. */
  readonly count: number;
  /** The mean row, (d,). */
  readonly mean: Float64Array;
  /** Whether second moments are about the mean. */
  readonly centred: boolean;
  /** (1/N) Σ ‖x‖⁴, x centred if `centred`; NaN after a projection or in other units, which it cannot follow. */
  readonly fourth: number;
  /** Rows of every block that has any, (B,). */
  readonly blockRows: readonly number[];
  private readonly total: Sums;
  private readonly blocks: readonly Sums[];

  /** @internal Made by {@link SecondMoments}. */
  constructor(params: { d: number; centred: boolean; quartic: number; total: Sums; blocks: readonly Sums[] }) {
    this.d = params.d;
    this.total = params.total;
    this.count = params.total.count;
    this.mean = params.total.mean;
    this.centred = params.centred;
    this.fourth = params.quartic / params.total.count;
    this.blocks = params.blocks.filter(({ count }) => count > 0);
    this.blockRows = this.blocks.map(({ count }) => count);
  }

  /** @internal The first feature whose moments are not finite; -1 when all are. */
  get overflowing(): number {
    const { mean, scatter, fourth } = this.total;
    const sums = [scatter, ...(fourth ? [fourth.quartic] : [])];
    return mean.findIndex(
      (value, j) =>
        !Number.isFinite(value * value * this.count) || sums.some((triangle) => !Number.isFinite(triangle[packedRow(j + 1) - 1])),
    );
  }

  /**
   * The moments of the projected rows Px, from those of x: μ → Pμ, M → PMPᵀ, in every block. P is fixed: it does not change when a block
   * is left out.
   * @param projection P, row-major (R, d), 1 <= R <= d
   * @throws RangeError for another shape
   */
  project(projection: Float64Array): Moments {
    const check: Checks = new Checks("Moments.project");
    check.vector("projection", projection);
    const size = projection.length / this.d;
    check.integer("the projection's rows", size, 1, this.d);
    const { d, centred, blocks, total } = this;
    const of = (sums: Sums): Sums => finiteSums(check, "projection", projected(sums, projection, d, size));
    return new Moments({ d: size, centred, quartic: Number.NaN, total: of(total), blocks: blocks.map(of) });
  }

  /**
   * The moments of the same features in another order, and in other units: y_j = f_j x_{o_j}.
   * @param order o, a permutation of 0..d-1
   * @param factors f, (d,), positive; default: all 1. With others the fourth moment is not known
   * @throws RangeError for another number of features
   */
  rearrange(order: readonly number[], factors?: ArrayLike<number>): Moments {
    const check: Checks = new Checks("Moments.rearrange");
    const { d, centred, blocks, total } = this;
    check.list("order", order);
    if (order.length !== d || order.some((_, j) => !order.includes(j))) check.fail("order", `a permutation of ${d} features`, order);
    if (factors !== undefined) check.vector("factors", factors, d);
    const factor = (j: number) => factors?.[j] ?? 1;
    const permuted = (triangle: Float64Array): Float64Array => {
      const packed = new Float64Array(packedRow(d));
      for (let i = 0, at = 0; i < d; i++) {
        for (let j = 0; j <= i; j++) {
          const [row, column] = [Math.max(order[i], order[j]), Math.min(order[i], order[j])];
          packed[at++] = factor(i) * factor(j) * triangle[packedRow(row) + column];
        }
      }
      return packed;
    };
    const of = ({ count, mean, scatter, fourth }: Sums): Sums => {
      const [packed, middle] = [permuted(scatter), Float64Array.from(order, (from, j) => factor(j) * mean[from])];
      const moved = { count, mean: middle, scatter: packed };
      if (!fourth || factors) return moved;
      const sorted = (v: Float64Array): Float64Array => Float64Array.from(order, (from) => v[from]);
      return { ...moved, fourth: { cubic: sorted(fourth.cubic), quartic: permuted(fourth.quartic), centre: sorted(fourth.centre) } };
    };
    const quartic = factors ? Number.NaN : this.fourth * this.count;
    const changed = (sums: Sums): Sums => finiteSums(check, "factors", of(sums));
    return new Moments({ d, centred, quartic, total: changed(total), blocks: blocks.map(changed) });
  }

  /**
   * Second moments of all rows, or of those outside block `without`, row-major (d, d), units of x². About the mean they are divided by
   * N - 1, about 0 by N: without bias either way.
   * @param without number of the block, from 0; default: none
   * @throws RangeError when too few rows are left
   */
  covariance(without?: number): Float64Array {
    const check: Checks = new Checks("Moments.covariance");
    const { d, centred } = this;
    if (without !== undefined) check.integer("without", without, 0, this.blocks.length - 1);
    const { count, mean, scatter } = without === undefined ? this.total : remove(this.total, this.blocks[without], d);
    const divisor = centred ? count - 1 : count;
    if (divisor < 1) check.fail("the rows", "at least 2", count);
    const out = new Float64Array(d * d);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        const value = (scatter[packedRow(i) + j] + (centred ? 0 : count * mean[i] * mean[j])) / divisor;
        out[i * d + j] = value;
        out[j * d + i] = value;
      }
    }
    return allFinite(out) ? out : overflows(check, "the rows");
  }

  /**
   * K = (1/N) Σ ‖x‖² xxᵀ about the mean, or about 0, of all rows or of those outside a block, row-major (d, d), units of x⁴: the fourth moments
   * that training sees (`fourthMomentGamma`). Undefined where they were not collected, and after a projection or in other units.
   * They are summed about a centre c chosen early. The move to the mean c + h leaves out -2 Σ (uᵀh) uuᵀ, u about the mean, which no sum of
   * bounded size gives: h is a few per cent of a standard deviation for rows in random order, and the term vanishes for symmetric ones. About
   * 0 the sums are exact.
   * @param without number of the block, from 0; default: none
   * @throws RangeError for a block that is none
   */
  fourthMoments(without?: number): Float64Array | undefined {
    const check: Checks = new Checks("Moments.fourthMoments");
    const { d, centred } = this;
    if (without !== undefined) check.integer("without", without, 0, this.blocks.length - 1);
    const { fourth } = this.total;
    if (!fourth) return undefined;
    const block = without === undefined ? undefined : this.blocks[without];
    const { count, mean, scatter } = block ? remove(this.total, block, d) : this.total;
    const { centre } = fourth;
    const less = (all: Float64Array, own?: Float64Array): Float64Array => (own ? all.map((value, i) => value - own[i]) : all);
    const [cubic, quartic] = [less(fourth.cubic, block?.fourth?.cubic), less(fourth.quartic, block?.fourth?.quartic)];
    const h = mean.map((value, j) => (centred ? value - centre[j] : 0));
    const size = h.reduce((sum, value) => sum + value * value, 0);
    let squares = count * size;
    for (let j = 0; j < d; j++) squares += scatter[packedRow(j + 1) - 1];
    const out = new Float64Array(d * d);
    for (let i = 0, at = 0; i < d; i++) {
      for (let j = 0; j <= i; j++, at++) {
        const value = (quartic[at] - cubic[i] * h[j] - h[i] * cubic[j] + squares * h[i] * h[j] - size * scatter[at]) / count;
        out[i * d + j] = value;
        out[j * d + i] = value;
      }
    }
    return allFinite(out) ? out : overflows(check, "the rows");
  }
}

/** Takes in rows u + mean of which the u are given: with y = u + δ, δ = mean - c, ‖y‖ y is a row of what is multiplied with itself. */
function addFourth({ cubic, quartic, centre }: FourthSums, rows: Float64Array, mean: Float64Array, d: number, count: number): void {
  const delta = mean.map((value, j) => value - centre[j]);
  const scaled = new Float64Array(count * d);
  for (let i = 0, at = 0; i < count; i++, at += d) {
    let square = 0;
    for (let j = 0; j < d; j++) {
      const y = rows[at + j] + delta[j];
      scaled[at + j] = y;
      square += y * y;
    }
    const size = Math.sqrt(square);
    for (let j = 0; j < d; j++) {
      cubic[j] += square * scaled[at + j];
      scaled[at + j] *= size;
    }
  }
  rankUpdate(quartic, scaled, d, count);
}

/** Copies d numbers from one place to another; faster than `set`, which needs a view of them. */
function copyRow(values: Float64Array, from: number, out: Float64Array, to: number, d: number): void {
  let j = 0;
  for (; j + 3 < d; j += 4) {
    out[to + j] = values[from + j];
    out[to + j + 1] = values[from + j + 1];
    out[to + j + 2] = values[from + j + 2];
    out[to + j + 3] = values[from + j + 3];
  }
  for (; j < d; j++) out[to + j] = values[from + j];
}

/** C ← C + f v vᵀ on a packed lower triangle. */
function addOuter(packed: Float64Array, v: Float64Array, factor: number): void {
  for (let i = 0, at = 0; i < v.length; i++) {
    const scaled = factor * v[i];
    for (let j = 0; j <= i; j++) packed[at++] += scaled * v[j];
  }
}

/** vᵀ C v of a packed lower triangle. */
function quadratic(packed: Float64Array, v: Float64Array): number {
  let sum = 0;
  for (let i = 0, at = 0; i < v.length; i++) {
    for (let j = 0; j < i; j++) sum += 2 * v[i] * packed[at++] * v[j];
    sum += v[i] * packed[at++] * v[i];
  }
  return sum;
}

/** Count, Pμ and PMPᵀ. */
function projected({ count, mean, scatter }: Sums, P: Float64Array, d: number, size: number): Sums {
  const whole = new Float64Array(d * d);
  for (let i = 0, at = 0; i < d; i++) for (let j = 0; j <= i; j++) whole[i * d + j] = whole[j * d + i] = scatter[at++];
  const turned = multiply(multiply(P, whole, size, d, d), transpose(P, size, d), size, d, size);
  const packed = new Float64Array(packedRow(size));
  for (let r = 0, at = 0; r < size; r++) for (let q = 0; q <= r; q++) packed[at++] = turned[r * size + q];
  return { count, mean: multiply(P, mean, size, d, 1), scatter: packed };
}

const areFinite = ({ mean, scatter, fourth }: Sums): boolean =>
  [mean, scatter, ...(fourth ? [fourth.cubic, fourth.quartic] : [])].every(allFinite);

function overflows(check: Checks, argument: string): never {
  check.fail(argument, "of a size whose squares can be summed", "sums that overflow");
}

/** The same sums, none of which has overflowed. */
function finiteSums(check: Checks, argument: string, sums: Sums): Sums {
  return areFinite(sums) ? sums : overflows(check, argument);
}

/** Takes in rows by their number and mean; their own scatter has been added. */
function moveMean(sums: Sums, mean: Float64Array, count: number): void {
  const delta = mean.map((value, j) => value - sums.mean[j]);
  const total = sums.count + count;
  addOuter(sums.scatter, delta, (sums.count * count) / total);
  for (let j = 0; j < delta.length; j++) sums.mean[j] += (delta[j] * count) / total;
  sums.count = total;
}

function merge(parts: readonly Sums[], d: number): Sums {
  const sums = noSums(d);
  for (const { count, mean, scatter, fourth } of parts) {
    if (count === 0) continue;
    for (let i = 0; i < scatter.length; i++) sums.scatter[i] += scatter[i];
    moveMean(sums, mean, count);
    if (!fourth) continue;
    sums.fourth ??= noFourth(d, fourth.centre);
    for (let j = 0; j < d; j++) sums.fourth.cubic[j] += fourth.cubic[j];
    for (let i = 0; i < scatter.length; i++) sums.fourth.quartic[i] += fourth.quartic[i];
  }
  return sums;
}

/** The merge undone: what the total was before the part came. */
function remove(total: Sums, part: Sums, d: number): Sums {
  const count = total.count - part.count;
  const mean = total.mean.map((value, j) => (total.count * value - part.count * part.mean[j]) / count);
  const scatter = Float64Array.from(total.scatter, (value, i) => value - part.scatter[i]);
  const delta = Float64Array.from({ length: d }, (_, j) => part.mean[j] - mean[j]);
  addOuter(scatter, delta, -(count * part.count) / total.count);
  return { count, mean, scatter };
}

/**
 * Collects the moments of a table in one pass. Rows are centred by default: the theory's inputs have mean 0, while features have means that
 * say nothing about the task and would appear as one huge direction that all files share.
 * @param table a file, as {@link readFeatures} opens it
 * @param options blocks = 20 (from d = 512 on 10); seed = 7; centred = true; fourth = false; components?, onProgress?
 * @throws FeatureFileError for what is wrong in the file, too few rows, or a feature that never changes
 * @origin ours
 * @example
 * process.getBuiltinModule("fs").writeFileSync("a.csv", Array.from({ length: 99 }, (_, i) => i).join("\n"));
 * const { count, mean } = await cot.data.readMoments(await cot.data.readFeatures("a.csv"));
 * [count, mean[0]]; // => [99, 49]
 */
export async function readMoments(table: FeatureTable, options: MomentOptions = {}): Promise<Moments> {
  argumentsOf("readMoments", table, "table");
  argumentsOf("readMoments", options, "options");
  const check: Checks = new Checks("readMoments");
  check.callable("table.batches", table.batches);
  const moments = inNameOf("readMoments", () => new SecondMoments(table.columns, options));
  let rows = 0;
  const batches = table.batches();
  if (typeof Object(batches)[Symbol.asyncIterator] !== "function")
    check.wrongKind("what table.batches returns", "an async iterable", batches);
  for await (const batch of batches) {
    inNameOf("readMoments", () => moments.add(batch.values, batch.rows));
    rows += batch.rows;
    options.onProgress?.(rows);
  }
  const found = moments.gather();
  checkEnoughRows(table.file, found, options.components);
  const huge = found.overflowing;
  if (huge >= 0) {
    const column = columnLabel(table.names, huge);
    throw new FeatureFileError(table.file, "hold numbers whose squares can be summed", "an overflow", { column });
  }
  const constant = options.components === undefined ? constantFeatures(found.mean, found.covariance()) : [];
  if (constant.length > 0) {
    const first = constant[0];
    const tiny = found.mean[first] !== 0 && Math.abs(found.mean[first]) < LEAST;
    if (tiny)
      throw new FeatureFileError(table.file, "hold numbers whose squares are not 0", `a mean of ${found.mean[first]}`, {
        column: columnLabel(table.names, first),
        remedy: "Give them in other units",
      });
    const all = constant.length === 1 ? "" : `; ${constant.length} columns are constant: ${labels(table.names, constant)}`;
    const got = `the same number, ${found.mean[first]}, in all ${found.count} rows${all}`;
    const remedy = "Leave out such features, in all files, or give components (--components R)";
    throw new FeatureFileError(table.file, "vary from row to row", got, { column: columnLabel(table.names, first), remedy });
  }
  return found;
}

/** Fewer rows than this leave a second moment singular when a block is left out, and nothing to say about its error. */
function checkEnoughRows(file: string, moments: Moments, components?: number): void {
  const { count, blockRows } = moments;
  const d = Math.min(moments.d, components ?? moments.d);
  const largest = blockRows.reduce((most, rows) => Math.max(most, rows), 0);
  if (blockRows.length < 2 || count - largest <= d + 1) {
    const what = components === undefined ? "features" : "components";
    const remedy = `Bring more rows, or ${components === undefined ? "give components (--components R)" : "ask for fewer components"}`;
    throw new FeatureFileError(file, `hold enough rows for ${d} ${what}, at least about ${2 * (d + 1) + 20}`, `${count}`, { remedy });
  }
}

/** Columns that hold one number only. */
export function constantFeatures(mean: Float64Array, covariance: Float64Array): number[] {
  const d = mean.length;
  // The scatter of equal numbers is rounding: some ulps of the number, squared.
  return Array.from(mean.keys()).filter((j) => covariance[j * d + j] <= (16 * Number.EPSILON * mean[j]) ** 2);
}

/** The names of some columns, the first ten of them. */
function labels(names: readonly string[] | undefined, columns: readonly number[]): string {
  const shown = columns.slice(0, 10).map((column) => columnLabel(names, column));
  return `${shown.join(", ")}${columns.length > 10 ? ", ..." : ""}`;
}
