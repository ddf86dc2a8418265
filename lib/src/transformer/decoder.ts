/**
 * @file The model, from tokens to the loss and back: GPT-2's blocks (pre-LN, causal softmax attention, GELU-tanh MLP of width 4C, final
 * layer normalisation) between a way in and a way out: tokens in, logits out (TokenModel), or examples in, estimates out (VectorModel).
 *
 * Read `forward` from top to bottom, then a model's `readIn`, `readOut` and `loss`; `backward` is the same list from its end. A line is one
 * kernel, named as its file in kernels/ names it; what it computes stands there as a formula, the shapes stand here.
 *
 * A batch has B sequences, each a prompt of T tokens and after it K thoughts, which are tokens that depend on what the model said before.
 * Every token is computed once: the prompts first, then the thoughts in as many calls as their inputs need, on the prompts' cached keys
 * and values; one way back covers all of them. Matrices have a row a token: first those of all prompts, (B, T), sequence by sequence; then
 * the thoughts', (K, B), thought by thought. R is the number of rows in a call, C the width of the residual stream, H the number of heads
 * of hs columns each, V that of tokens in the vocabulary, d that of numbers in an estimate.
 */
import { activations, type BatchShape } from "./activations";
import { padded } from "./kernels/kernel";
import { operands } from "./operands";
import type {
  DecoderParameters,
  DecoderShape,
  TokenModelParameters,
  TokenModelShape,
  VectorModelParameters,
  VectorModelShape,
} from "./parameters";
import type { Place, Rows, Workspace } from "./workspace";

/** What both models share. Building one only hands out addresses; the workspace must be open before it computes. */
abstract class Decoder {
  readonly B: number;
  readonly T: number;
  readonly K: number;
  protected readonly C: number;
  /** Rows of all prompts, and of the whole batch. */
  readonly promptRows: number;
  readonly rows: number;
  protected readonly workspace: Workspace;
  protected readonly operands: ReturnType<typeof operands>;
  protected readonly acts: ReturnType<typeof activations>;
  private readonly heads;
  private readonly positions;
  /** Each with its parameters p and its activations a: x before, `middle` between attention and MLP, `next` after. */
  private readonly blocks;
  private readonly norm;

  constructor(
    shape: DecoderShape,
    private readonly batch: BatchShape,
    private readonly parameters: DecoderParameters,
    place: Place,
  ) {
    const [B, T, K, C, H] = [batch.sequences, batch.prompt, batch.starts.length, shape.width, shape.heads];
    [this.B, this.T, this.K, this.C] = [B, T, K, C];
    [this.promptRows, this.rows] = [B * T, B * (T + K)];
    this.workspace = place.workspace;
    this.operands = operands(place);
    this.acts = activations(place.workspace, shape, batch, place.gradients !== undefined);
    const { starts, stream, blocks } = this.acts;
    this.heads = { B, T, K, H, hs: C / H, scale: 1 / Math.sqrt(C / H), starts };
    this.positions = parameters.positions && this.operands.table(parameters.positions);
    this.blocks = parameters.blocks.map((block, l) => ({
      p: this.operands.block(block),
      a: { ...blocks[l], x: stream[l], next: stream[l + 1] },
      last: l === parameters.blocks.length - 1,
    }));
    this.norm = this.operands.norm(parameters.norm);
  }

  /** The way in: R rows of the stream before the first block, from `first` on. */
  protected abstract readIn(first: number, R: number): void;
  /** The way back from the loss to `dOutput`. */
  protected abstract readOutBackward(): void;
  /** The way back from `dStream`, all rows. */
  protected abstract readInBackward(): void;

  /** Computes the prompts' rows. */
  forwardPrompt(): void {
    const { B, T, K, batch, acts } = this;
    const { i32 } = this.workspace;
    const positions = acts.positions.at / 4;
    i32.set(batch.starts, acts.starts / 4); // (K)
    for (let r = 0; r < this.promptRows; r++) i32[positions + r] = r % T; // (B, T)
    for (let i = 0; i < K; i++) {
      // A thought's position comes after the prompt and the thoughts that it sees.
      const row = positions + this.thoughtRow(i, 0);
      i32.fill(T + i - batch.starts[i], row, row + B); // (B) of (K, B)
    }
    this.forward(0, this.promptRows);
  }

  /** Computes the rows of the thoughts from..to-1 of every sequence. */
  forwardThoughts(from: number, to: number): void {
    this.forward(this.thoughtRow(from, 0), (to - from) * this.B, { from, to });
  }

  /** The row of thought i of sequence b. */
  thoughtRow(i: number, b: number): number {
    return this.promptRows + i * this.B + b;
  }

  private forward(first: number, R: number, thoughts?: { readonly from: number; readonly to: number }): void {
    if (R === 0) return;
    const { C, acts, heads, positions, blocks } = this;
    const { kernels: k } = this.workspace;
    // Where this call's rows of a matrix begin.
    const at = (rows: Rows): number => this.row(rows, first);

    this.readIn(first, R); // x (R, C)
    if (positions) k.embed({ R, C, tokens: at(acts.positions), ...positions, out: at(acts.stream[0]), add: 1 }); // (R) -> x (R, C)

    for (const { p, a, last } of blocks) {
      // middle = x + attention(norm1(x))
      k.layerNorm({ R, C, x: at(a.x), ...p.norm1, out: at(a.norm1), moments: at(a.moments1) }); // (R, C)
      k.linear({ R, x: at(a.norm1), ...p.qkv, out: at(a.qkv) }); // (R, C) (C, 3C) -> (R, 3C)
      k.addBias({ R, C: 3 * C, x: at(a.qkv), bias: p.qkv.bias }); // (R, 3C)
      const attention = { ...heads, qkv: a.qkv.at, keys: a.keys, out: a.attended.at };
      if (thoughts) {
        k.attendThoughts({ ...attention, ...thoughts, weights: a.thoughtWeights }); // (K, B, 3C) -> (K, B, C)
      } else {
        k.transposeHeads({ ...heads, from: a.qkv.at + 4 * C, out: a.keys }); // keys: (B, T, C) -> (B, H, hs, T)
        // Nobody reads what the last block makes of a prompt without outputs.
        if (last && !this.batch.promptOutputs) return;
        k.attendPrompt({ ...attention, weights: a.promptWeights }); // (B, T, 3C) -> (B, T, C)
      }
      k.linear({ R, x: at(a.attended), ...p.out, out: at(a.middle) }); // (R, C) (C, C) -> (R, C)
      k.residual({ R, C, x: at(a.x), y: at(a.middle), bias: p.out.bias, out: at(a.middle) }); // (R, C)

      // next = middle + MLP(norm2(middle))
      k.layerNorm({ R, C, x: at(a.middle), ...p.norm2, out: at(a.norm2), moments: at(a.moments2) }); // (R, C)
      k.linear({ R, x: at(a.norm2), ...p.up, out: at(a.up) }); // (R, C) (C, 4C) -> (R, 4C)
      k.gelu({ R, C: 4 * C, x: at(a.up), bias: p.up.bias, out: at(a.act) }); // (R, 4C)
      k.linear({ R, x: at(a.act), ...p.down, out: at(a.next) }); // (R, 4C) (4C, C) -> (R, C)
      k.residual({ R, C, x: at(a.middle), y: at(a.next), bias: p.down.bias, out: at(a.next) }); // (R, C)
    }

    const x = at(acts.stream[blocks.length]);
    k.layerNorm({ R, C, x, ...this.norm, out: at(acts.output), moments: at(acts.moments) }); // (R, C)
  }

  /** The gradients of all parameters, after the loss is computed. */
  backward(): void {
    const { C, K, rows, acts, heads, positions, blocks } = this;
    const { dStream, dNorm, dQkv, dWide, values, dScores } = acts;
    const { kernels: k } = this.workspace;
    // In the last block only rows with outputs have a gradient, those from `first` on; below it, all.
    let first = this.batch.promptOutputs ? 0 : this.promptRows;
    let R = rows - first;
    const at = (of: Rows): number => this.row(of, first);

    this.clearSums();
    this.readOutBackward(); // dOutput (R, C)
    const [norm, x] = [{ C, ...this.norm }, at(acts.stream[blocks.length])];
    k.layerNormBackward({ R, ...norm, dOut: at(acts.dOutput), x, moments: at(acts.moments), dx: at(dStream), fresh: 1 }); // (R, C), (C), (C)

    for (const { p, a } of blocks.toReversed()) {
      const dx = at(dStream);

      // next = middle + MLP(norm2(middle))
      k.biasBackward({ R, C, dOut: dx, dBias: p.down.dBias }); // (R, C) -> (C)
      k.linearBackward({ R, x: at(a.act), ...p.down, dOut: dx, dx: at(dWide) }); // (R, C) -> (4C, C), (R, 4C)
      k.geluBackward({ R, C: 4 * C, dOut: at(dWide), slope: at(a.up), dBias: p.up.dBias }); // (R, 4C) -> (R, 4C), (4C)
      k.linearBackward({ R, x: at(a.norm2), ...p.up, dOut: at(dWide), dx: at(dNorm) }); // (R, 4C) -> (C, 4C), (R, C)
      const norm2 = { C, ...p.norm2 };
      k.layerNormBackward({ R, ...norm2, dOut: at(dNorm), x: at(a.middle), moments: at(a.moments2), dx, fresh: 0 }); // (R, C), (C), (C)

      // middle = x + attention(norm1(x))
      k.biasBackward({ R, C, dOut: dx, dBias: p.out.dBias }); // (R, C) -> (C)
      k.linearBackward({ R, x: at(a.attended), ...p.out, dOut: dx, dx: at(dNorm) }); // (R, C) -> (C, C), (R, C)
      k.transposeHeads({ ...heads, from: a.qkv.at + 8 * C, out: values }); // values: (B, T, C) -> (B, H, hs, T)
      const attention = { ...heads, qkv: a.qkv.at, values, dOut: dNorm.at, dScores, dqkv: dQkv.at };
      const accumulate = first === 0 ? 1 : 0;
      if (accumulate) k.attendPromptBackward({ ...attention, weights: a.promptWeights }); // (B, T, C) -> (B, T, 3C)
      if (K > 0) k.attendThoughtsBackward({ ...attention, accumulate, weights: a.thoughtWeights }); // (K, B, C) -> (rows, 3C)
      // From here on every row has a gradient, since thoughts read the prompts' keys and values.
      k.biasBackward({ R: rows, C: 3 * C, dOut: dQkv.at, dBias: p.qkv.dBias }); // (rows, 3C) -> (3C)
      k.linearBackward({ R: rows, x: a.norm1.at, ...p.qkv, dOut: dQkv.at, dx: dNorm.at }); // (rows, 3C) -> (C, 3C), (rows, C)
      const norm1 = { C, ...p.norm1 };
      k.layerNormBackward({ R: first, ...norm1, dOut: dNorm.at, x: a.x.at, moments: a.moments1.at, dx: dStream.at, fresh: 1 }); // (first, C)
      k.layerNormBackward({ R, ...norm1, dOut: at(dNorm), x: at(a.x), moments: at(a.moments1), dx, fresh: 0 }); // (R, C), (C), (C)
      [first, R] = [0, rows];
    }

    if (positions) k.embedBackward({ R, C, tokens: acts.positions.at, dOut: dStream.at, ...positions }); // (R, C) -> (T + K, C)
    this.readInBackward();
  }

  /** Sets gradients to zero that kernels add to. */
  private clearSums(): void {
    for (const parameter of this.parameters.layout.list) {
      const from = this.operands.gradient(parameter) / 4;
      if (parameter.summed) this.workspace.f32.fill(0, from, from + parameter.rows * parameter.columns);
    }
  }

  /** The address of a row. */
  protected row({ at, columns }: Rows, r: number): number {
    return at + 4 * columns * r;
  }
}

/** Tokens in, logits of the next token out. Tokens that are generated are the batch's thoughts. */
export class TokenModel extends Decoder {
  private readonly tokens: Rows; // (R, 1)
  private readonly targets: Rows; // (R, 1)
  private readonly lossWeights: Rows; // (R, 1)
  private readonly probabilities: Rows; // (R, 1)
  private readonly logits: Rows; // (R, V), and then their gradient
  private readonly embedding;
  private readonly head;

  constructor(
    readonly shape: TokenModelShape,
    batch: Omit<BatchShape, "promptOutputs">,
    parameters: TokenModelParameters,
    place: Place,
  ) {
    super(shape, { ...batch, promptOutputs: true }, parameters, place);
    const rows = (columns: number): Rows => place.workspace.rows(this.rows, columns);
    [this.tokens, this.targets, this.lossWeights, this.probabilities] = [rows(1), rows(1), rows(1), rows(1)];
    this.logits = rows(padded(shape.vocabulary));
    this.embedding = this.operands.table(parameters.embedding);
    this.head = { ...this.operands.matrix(parameters.head), outStride: this.logits.columns };
  }

  /** Writes a row's token. */
  setToken(row: number, token: number): void {
    this.workspace.i32[this.tokens.at / 4 + row] = token;
  }

  /** Writes the token that is to follow on a row, and the weight of its part of the loss. */
  setTarget(row: number, token: number, weight: number): void {
    this.workspace.i32[this.targets.at / 4 + row] = token;
    this.workspace.f32[this.lossWeights.at / 4 + row] = weight;
  }

  protected override readIn(first: number, R: number): void {
    const { kernels: k } = this.workspace;
    const [tokens, out] = [this.row(this.tokens, first), this.row(this.acts.stream[0], first)];
    k.embed({ R, C: this.C, tokens, ...this.embedding, out, add: 0 }); // (R) -> (R, C)
  }

  private readOut(first: number, R: number): void {
    const { kernels: k } = this.workspace;
    const [x, out] = [this.row(this.acts.output, first), this.row(this.logits, first)];
    k.linear({ R, x, ...this.head, out }); // (R, C) (C, V) -> (R, V)
  }

  /** The logits after one row. */
  logitsAfter(row: number): Float32Array {
    this.readOut(row, 1); // (1, V)
    const at = this.row(this.logits, row) / 4;
    return this.workspace.f32.subarray(at, at + this.shape.vocabulary); // (V)
  }

  /** The sum over the prompts' rows of weight x cross-entropy, and its gradient. */
  loss(): number {
    const { kernels: k, f32 } = this.workspace;
    const R = this.promptRows;
    const [weights, probabilities] = [this.lossWeights.at, this.probabilities.at];
    this.readOut(0, R); // (R, V)
    const of = { logits: this.logits.at, targets: this.targets.at, weights };
    k.crossEntropy({ R, V: this.shape.vocabulary, ...of, probabilities }); // (R, V) -> (R), (R, V)
    let loss = 0;
    for (let r = 0; r < R; r++) {
      const weight = f32[weights / 4 + r];
      // A probability that underflows costs what the smallest one would.
      if (weight !== 0) loss -= weight * Math.log(Math.max(f32[probabilities / 4 + r], 1e-38));
    }
    return loss;
  }

  protected override readOutBackward(): void {
    const { kernels: k } = this.workspace;
    const { promptRows: R, acts } = this;
    k.linearBackward({ R, x: acts.output.at, ...this.head, dOut: this.logits.at, dx: acts.dOutput.at }); // (R, V) -> (C, V), (R, C)
  }

  protected override readInBackward(): void {
    const { kernels: k } = this.workspace;
    const { promptRows: R, C, tokens, acts } = this;
    k.embedBackward({ R, C, tokens: tokens.at, dOut: acts.dStream.at, ...this.embedding }); // (R, C) -> (V, C)
  }
}

/** Added to the starting error in the relative loss, so that a start at the target does not divide by zero. */
const START_FLOOR = 1e-3;

/**
 * Examples in, estimates out. An example is the token [x, y, 0_d, 0], a thought the token [0_d, 0, w, 1]; at a thought the model gives
 * the next estimate, w + read-out (or the read-out alone, without `skip`).
 */
export class VectorModel extends Decoder {
  private readonly tokens: Rows; // (R, 2d + 2)
  private readonly readOuts: Rows; // (R, d)
  private readonly dReadOuts: Rows; // (R, d)
  private readonly in;
  private readonly out;

  constructor(
    readonly shape: VectorModelShape,
    batch: BatchShape,
    parameters: VectorModelParameters,
    place: Place,
  ) {
    super(shape, batch, parameters, place);
    const rows = (columns: number): Rows => place.workspace.rows(this.rows, padded(columns));
    [this.tokens, this.readOuts, this.dReadOuts] = [rows(2 * shape.d + 2), rows(shape.d), rows(shape.d)];
    this.in = { ...this.operands.linear(parameters.readIn), xStride: this.tokens.columns };
    this.out = { ...this.operands.linear(parameters.readOut), outStride: this.readOuts.columns };
  }

  /** Writes an example's token: x from an array, and y. */
  setExample(b: number, t: number, x: ArrayLike<number>, xOffset: number, y: number): void {
    this.setToken(b * this.T + t, 0, x, xOffset, y);
  }

  /** Writes a thought's token. */
  setThought(i: number, b: number, w: ArrayLike<number>, wOffset: number): void {
    this.setToken(this.thoughtRow(i, b), this.shape.d + 1, w, wOffset, 1);
  }

  private setToken(row: number, column: number, values: ArrayLike<number>, offset: number, last: number): void {
    const { d } = this.shape;
    const { f32 } = this.workspace;
    const at = this.row(this.tokens, row) / 4 + column;
    for (let j = 0; j < d; j++) f32[at + j] = values[offset + j]; // (d)
    f32[at + d] = last;
  }

  protected override readIn(first: number, R: number): void {
    const { kernels: k } = this.workspace;
    const out = this.row(this.acts.stream[0], first);
    k.linear({ R, x: this.row(this.tokens, first), ...this.in, out }); // (R, 2d + 2) (2d + 2, C) -> (R, C)
    k.addBias({ R, C: this.C, x: out, bias: this.in.bias }); // (R, C)
  }

  override forwardThoughts(from: number, to: number): void {
    super.forwardThoughts(from, to);
    this.readOut(this.thoughtRow(from, 0), (to - from) * this.B);
  }

  private readOut(first: number, R: number): void {
    const { kernels: k } = this.workspace;
    const out = this.row(this.readOuts, first);
    k.linear({ R, x: this.row(this.acts.output, first), ...this.out, out }); // (R, C) (C, d) -> (R, d)
    k.addBias({ R, C: this.readOuts.columns, x: out, bias: this.out.bias }); // (R, d)
  }

  /** The estimate after thought i of sequence b: d numbers of `out` from `offset` on. */
  estimate(i: number, b: number, out: Float32Array | Float64Array, offset: number): void {
    const { d, skip } = this.shape;
    const { f32 } = this.workspace;
    const row = this.thoughtRow(i, b);
    const w = this.row(this.tokens, row) / 4 + d + 1;
    const read = this.row(this.readOuts, row) / 4;
    for (let j = 0; j < d; j++) out[offset + j] = (skip ? f32[w + j] : 0) + f32[read + j]; // (d)
  }

  /**
   * Σ over thoughts and sequences of ‖w' - w*‖² / d, over ‖w - w*‖² / d + 1e-3 if the loss is relative, w' being the estimate after w;
   * and its gradient.
   * @param targets w*, (B, d)
   * @param terms what the sum is divided by: the number of terms in the whole batch, of which this may be a shard
   */
  loss(targets: Float64Array, kind: "relative" | "plain", terms: number): number {
    const { d, skip } = this.shape;
    const { f32 } = this.workspace;
    let total = 0;
    for (let i = 0; i < this.K; i++) {
      for (let b = 0; b < this.B; b++) {
        const row = this.thoughtRow(i, b);
        const w = this.row(this.tokens, row) / 4 + d + 1;
        const [read, gradient] = [this.row(this.readOuts, row) / 4, this.row(this.dReadOuts, row) / 4];
        let [error, start] = [0, 0];
        for (let j = 0; j < d; j++) {
          const target = targets[b * d + j];
          const before = f32[w + j];
          const difference = (skip ? before : 0) + f32[read + j] - target;
          error += difference * difference;
          start += (before - target) ** 2;
          f32[gradient + j] = difference; // (d)
        }
        const weight = 1 / (kind === "relative" ? start / d + START_FLOOR : 1) / d / terms;
        for (let j = 0; j < d; j++) f32[gradient + j] *= 2 * weight; // (d)
        total += error * weight;
      }
    }
    return total;
  }

  protected override readOutBackward(): void {
    const { kernels: k } = this.workspace;
    const [first, R] = [this.promptRows, this.rows - this.promptRows];
    const [x, dOut, dx] = [this.acts.output, this.dReadOuts, this.acts.dOutput].map((of) => this.row(of, first));
    k.linearBackward({ R, x, ...this.out, dOut, dx }); // (R, d) -> (C, d), (R, C)
    k.biasBackward({ R, C: this.dReadOuts.columns, dOut, dBias: this.out.dBias }); // (R, d) -> (d)
  }

  protected override readInBackward(): void {
    const { kernels: k } = this.workspace;
    const { rows: R, C, tokens, acts } = this;
    k.linearBackward({ R, x: tokens.at, ...this.in, dOut: acts.dStream.at }); // (R, C) -> (2d + 2, C)
    k.biasBackward({ R, C, dOut: acts.dStream.at, dBias: this.in.dBias }); // (R, C) -> (C)
  }
}
