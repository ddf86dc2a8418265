/**
 * @file The model, from tokens to the loss and back: GPT-2's blocks (pre-LN, causal softmax attention, GELU-tanh MLP of width 4C, final
 * layer normalisation) between a way in and a way out: examples in, estimates out (VectorModel), or tokens in, logits out (TokenModel).
 *
 * A batch has B sequences, each a prompt of T tokens and after it K thoughts, which are tokens that depend on what the model said before.
 * Every token is computed once: the prompts first, then the thoughts in as many calls as their inputs need, on the prompts' cached keys
 * and values; one way back covers all of them. Matrices have a row a token: first those of all prompts, (B, T), sequence by sequence; then
 * the thoughts', (K, B), thought by thought. R is the number of rows in a call, C the width of the residual stream, H the number of heads
 * of hs columns each, V that of tokens in the vocabulary, d that of numbers in an estimate.
 */
import { activations, type BatchShape } from "./activations";
import { padded } from "./kernels/kernel";
import type {
  DecoderParameters,
  DecoderShape,
  LinearParameters,
  NormParameters,
  Parameter,
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
  protected readonly acts: ReturnType<typeof activations>;
  private readonly heads;
  private readonly blocks;

  constructor(
    shape: DecoderShape,
    private readonly batch: BatchShape,
    private readonly all: DecoderParameters,
    private readonly place: Place,
  ) {
    const { width: C, heads: H } = shape;
    [this.B, this.T, this.K, this.C] = [batch.sequences, batch.prompt, batch.starts.length, C];
    const { B, T, K } = this;
    [this.promptRows, this.rows] = [B * T, B * (T + K)];
    this.workspace = place.workspace;
    this.acts = activations(this.workspace, shape, batch, place.gradients !== undefined);
    this.heads = { B, T, K, H, hs: C / H, scale: 1 / Math.sqrt(C / H), starts: this.acts.starts };
    this.blocks = all.blocks.map(({ norm1, qkv, out, norm2, up, down }, l) => ({
      ...{ saved: this.acts.blocks[l], stream: { before: this.acts.stream[l], after: this.acts.stream[l + 1] } },
      ...{ norm1: this.norm(norm1), qkv: this.linear(qkv), out: this.linear(out) },
      ...{ norm2: this.norm(norm2), up: this.linear(up), down: this.linear(down) },
    }));
  }

  /** The way in: writes the stream before the first block for R rows from `first` on. */
  protected abstract readIn(first: number, R: number): void;
  /** The way back from `dStream`, all rows. */
  protected abstract readInBackward(): void;
  /** The way back from the loss to `dOutput`. */
  protected abstract readOutBackward(): void;

  /** Computes the prompts' rows. */
  forwardPrompt(): void {
    const { B, T, batch, acts } = this;
    const { i32 } = this.workspace;
    const positions = acts.positions.at / 4;
    i32.set(batch.starts, acts.starts / 4);
    for (let r = 0; r < this.promptRows; r++) i32[positions + r] = r % T;
    // A thought's position comes after the prompt and the thoughts that it sees.
    for (const [i, start] of batch.starts.entries())
      i32.fill(T + i - start, positions + this.thoughtRow(i, 0), positions + this.thoughtRow(i, B));
    this.forward(0, this.promptRows);
  }

  /** Computes the rows of the thoughts from..to-1 of every sequence. */
  forwardThoughts(from: number, to: number): void {
    this.forward(this.thoughtRow(from, 0), (to - from) * this.B, [from, to]);
  }

  /** The row of thought i of sequence b. */
  thoughtRow(i: number, b: number): number {
    return this.promptRows + i * this.B + b;
  }

  private forward(first: number, R: number, thoughts?: readonly [from: number, to: number]): void {
    if (R === 0) return;
    const { C, acts, heads, blocks } = this;
    const { kernels: k } = this.workspace;
    const { positions } = this.all;
    const at = (rows: Rows): number => this.row(rows, first);

    this.readIn(first, R); // -> (R, C)
    if (positions) k.embed({ R, C, tokens: at(acts.positions), table: this.weight(positions), out: at(acts.stream[0]), add: 1 }); // (R, C)
    for (const { saved: s, stream, norm1, qkv, out, norm2, up, down } of blocks) {
      const [x, middle, next] = [at(stream.before), at(s.middle), at(stream.after)];
      k.layerNorm({ R, C, x, ...norm1, out: at(s.norm1), moments: at(s.moments1) }); // (R, C)
      k.linear({ R, x: at(s.norm1), ...qkv, out: at(s.qkv) }); // (R, C) (C, 3C) -> (R, 3C)
      k.addBias({ R, C: 3 * C, x: at(s.qkv), bias: qkv.bias }); // (R, 3C)
      const attention = { ...heads, qkv: s.qkv.at, keys: s.keys, out: s.attended.at };
      if (thoughts) {
        k.attendThoughts({ ...attention, from: thoughts[0], to: thoughts[1], weights: s.thoughtWeights }); // (K, B, 3C) -> (K, B, C)
      } else {
        k.transposeHeads({ ...heads, from: s.qkv.at + 4 * C, out: s.keys }); // (B, T, C) -> (B, H, hs, T)
        // Nobody reads what the last block makes of a prompt without outputs.
        if (stream.after === acts.stream.at(-1) && !this.batch.promptOutputs) return;
        k.attendPrompt({ ...attention, weights: s.promptWeights }); // (B, T, 3C) -> (B, T, C)
      }
      k.linear({ R, x: at(s.attended), ...out, out: middle }); // (R, C) (C, C) -> (R, C)
      k.residual({ R, C, x, y: middle, bias: out.bias, out: middle }); // (R, C)
      k.layerNorm({ R, C, x: middle, ...norm2, out: at(s.norm2), moments: at(s.moments2) }); // (R, C)
      k.linear({ R, x: at(s.norm2), ...up, out: at(s.up) }); // (R, C) (C, 4C) -> (R, 4C)
      k.gelu({ R, C: 4 * C, x: at(s.up), bias: up.bias, out: at(s.act) }); // (R, 4C)
      k.linear({ R, x: at(s.act), ...down, out: next }); // (R, 4C) (4C, C) -> (R, C)
      k.residual({ R, C, x: middle, y: next, bias: down.bias, out: next }); // (R, C)
    }
    const x = at(acts.stream[blocks.length]);
    k.layerNorm({ R, C, x, ...this.norm(this.all.norm), out: at(acts.output), moments: at(acts.moments) }); // (R, C)
  }

  /** The gradients of all parameters, after the loss is computed. */
  backward(): void {
    const { C, K, acts, heads, blocks, rows } = this;
    const { dStream, dNorm, dQkv, dWide, values, dScores } = acts;
    const { kernels: k, f32 } = this.workspace;
    const { positions, layout } = this.all;
    for (const parameter of layout.list) {
      const from = this.gradient(parameter) / 4;
      if (parameter.summed) f32.fill(0, from, from + parameter.rows * parameter.columns);
    }
    // In the last block only the rows from `top` on have outputs, and so a gradient.
    const top = this.batch.promptOutputs ? 0 : this.promptRows;
    const after = { R: rows - top, C, ...this.norm(this.all.norm) };
    const [dOut, x, moments, dx] = [acts.dOutput, acts.stream[blocks.length], acts.moments, dStream].map((of) => this.row(of, top));
    this.readOutBackward(); // -> (R, C)
    k.layerNormBackward({ ...after, dOut, x, moments, dx, fresh: 1 }); // (R, C), (C), (C)
    for (const { saved: s, stream, norm1, qkv, out, norm2, up, down } of blocks.toReversed()) {
      const first = stream.after === acts.stream.at(-1) ? top : 0;
      const R = rows - first;
      const at = (of: Rows): number => this.row(of, first);
      const dx = at(dStream);
      k.biasBackward({ R, C, dOut: dx, dBias: down.dBias }); // (R, C) -> (C)
      k.linearBackward({ R, x: at(s.act), ...down, dOut: dx, dx: at(dWide) }); // (R, C) -> (4C, C), (R, 4C)
      k.geluBackward({ R, C: 4 * C, dOut: at(dWide), slope: at(s.up), dBias: up.dBias }); // (R, 4C), (4C)
      k.linearBackward({ R, x: at(s.norm2), ...up, dOut: at(dWide), dx: at(dNorm) }); // (R, 4C) -> (C, 4C), (R, C)
      k.layerNormBackward({ R, C, dOut: at(dNorm), x: at(s.middle), ...norm2, moments: at(s.moments2), dx, fresh: 0 }); // (R, C), (C), (C)
      k.biasBackward({ R, C, dOut: dx, dBias: out.dBias }); // (R, C) -> (C)
      k.linearBackward({ R, x: at(s.attended), ...out, dOut: dx, dx: at(dNorm) }); // (R, C) -> (C, C), (R, C)
      k.transposeHeads({ ...heads, from: s.qkv.at + 8 * C, out: values }); // (B, T, C) -> (B, H, hs, T)
      const attention = { ...heads, qkv: s.qkv.at, values, dOut: dNorm.at, dScores, dqkv: dQkv.at };
      const accumulate = first === 0 ? 1 : 0;
      if (accumulate) k.attendPromptBackward({ ...attention, weights: s.promptWeights }); // (B, T, C) -> (B, T, 3C)
      if (K > 0) k.attendThoughtsBackward({ ...attention, accumulate, weights: s.thoughtWeights }); // (K, B, C) -> (R, 3C)
      k.biasBackward({ R: rows, C: 3 * C, dOut: dQkv.at, dBias: qkv.dBias }); // (R, 3C) -> (3C)
      k.linearBackward({ R: rows, x: s.norm1.at, ...qkv, dOut: dQkv.at, dx: dNorm.at }); // (R, 3C) -> (C, 3C), (R, C)
      const before = { C, ...norm1 };
      // The rows that had no gradient yet, then the others.
      const [start, moments] = [stream.before.at, s.moments1.at];
      k.layerNormBackward({ ...before, R: first, dOut: dNorm.at, x: start, moments, dx: dStream.at, fresh: 1 }); // (R, C), (C), (C)
      k.layerNormBackward({ ...before, R, dOut: at(dNorm), x: at(stream.before), moments: at(s.moments1), dx, fresh: 0 }); // (R, C), (C), (C)
    }
    const dTable = positions && this.gradient(positions);
    if (dTable) k.embedBackward({ R: rows, C, tokens: acts.positions.at, dOut: dStream.at, dTable }); // (R, C) -> (T + K, C)
    this.readInBackward();
  }

  /** The address of a row. */
  protected row({ at, columns }: Rows, r: number): number {
    return at + 4 * columns * r;
  }

  protected weight({ offset }: Parameter): number {
    return this.place.weights + 4 * offset;
  }

  protected gradient({ offset }: Parameter): number {
    return (this.place.gradients ?? 0) + 4 * offset;
  }

  protected matrix(weight: Parameter) {
    return { M: weight.rows, N: weight.columns, W: this.weight(weight), dW: this.gradient(weight) };
  }

  protected linear({ weight, bias }: LinearParameters) {
    return { ...this.matrix(weight), bias: this.weight(bias), dBias: this.gradient(bias) };
  }

  private norm({ gamma, beta }: NormParameters) {
    return { gamma: this.weight(gamma), beta: this.weight(beta), dGamma: this.gradient(gamma), dBeta: this.gradient(beta) };
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
    this.in = { ...this.linear(parameters.readIn), xStride: this.tokens.columns };
    this.out = { ...this.linear(parameters.readOut), outStride: this.readOuts.columns };
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
    for (let j = 0; j < d; j++) f32[at + j] = values[offset + j];
    f32[at + d] = last;
  }

  protected override readIn(first: number, R: number): void {
    const { kernels: k } = this.workspace;
    const out = this.row(this.acts.stream[0], first);
    k.linear({ R, x: this.row(this.tokens, first), ...this.in, out }); // (R, 2d + 2) -> (R, C)
    k.addBias({ R, C: this.C, x: out, bias: this.in.bias }); // (R, C)
  }

  override forwardThoughts(from: number, to: number): void {
    super.forwardThoughts(from, to);
    const { kernels: k } = this.workspace;
    const [first, R] = [this.thoughtRow(from, 0), (to - from) * this.B];
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
    for (let j = 0; j < d; j++) out[offset + j] = (skip ? f32[w + j] : 0) + f32[read + j];
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
          f32[gradient + j] = difference;
        }
        const weight = 1 / (kind === "relative" ? start / d + START_FLOOR : 1) / d / terms;
        for (let j = 0; j < d; j++) f32[gradient + j] *= 2 * weight;
        total += error * weight;
      }
    }
    return total;
  }

  protected override readOutBackward(): void {
    const first = this.promptRows;
    const R = this.rows - first;
    const { kernels: k } = this.workspace;
    const dOut = this.row(this.dReadOuts, first);
    const [x, dx] = [this.row(this.acts.output, first), this.row(this.acts.dOutput, first)];
    k.linearBackward({ R, x, ...this.out, dOut, dx }); // (R, d) -> (C, d), (R, C)
    k.biasBackward({ R, C: this.dReadOuts.columns, dOut, dBias: this.out.dBias }); // (R, d) -> (d)
  }

  protected override readInBackward(): void {
    const { kernels: k } = this.workspace;
    const [R, dOut] = [this.rows, this.acts.dStream.at];
    k.linearBackward({ R, x: this.tokens.at, ...this.in, dOut }); // (R, C) -> (2d + 2, C)
    k.biasBackward({ R, C: this.C, dOut, dBias: this.in.dBias }); // (R, C) -> (C)
  }
}

/** Tokens in, logits of the next token out. Tokens that are generated are the batch's thoughts. */
export class TokenModel extends Decoder {
  private readonly tokens: Rows; // (R, 1)
  private readonly targets: Rows; // (R, 1)
  private readonly lossWeights: Rows; // (R, 1)
  private readonly probabilities: Rows; // (R, 1)
  private readonly logits: Rows; // (R, V)

  constructor(
    readonly shape: TokenModelShape,
    batch: Omit<BatchShape, "promptOutputs">,
    private readonly parameters: TokenModelParameters,
    place: Place,
  ) {
    super(shape, { ...batch, promptOutputs: true }, parameters, place);
    const rows = (columns: number): Rows => place.workspace.rows(this.rows, columns);
    [this.tokens, this.targets, this.lossWeights, this.probabilities] = [rows(1), rows(1), rows(1), rows(1)];
    this.logits = rows(padded(shape.vocabulary));
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
    const { embedding } = this.parameters;
    const [tokens, out] = [this.row(this.tokens, first), this.row(this.acts.stream[0], first)];
    this.workspace.kernels.embed({ R, C: this.C, tokens, table: this.weight(embedding), out, add: 0 }); // (R) -> (R, C)
  }

  /** The logits after one row. */
  logitsAfter(row: number): Float32Array {
    this.computeLogits(row, 1);
    const at = this.row(this.logits, row) / 4;
    return this.workspace.f32.subarray(at, at + this.shape.vocabulary);
  }

  private computeLogits(first: number, R: number): void {
    const [x, out] = [this.row(this.acts.output, first), this.row(this.logits, first)];
    const head = this.matrix(this.parameters.head);
    this.workspace.kernels.linear({ R, x, ...head, out, outStride: this.logits.columns }); // (R, C) (C, V) -> (R, V)
  }

  /** The sum over the prompts' rows of weight x cross-entropy, and its gradient. */
  loss(): number {
    const { kernels: k, f32 } = this.workspace;
    const R = this.promptRows;
    this.computeLogits(0, R);
    const [weights, probabilities] = [this.lossWeights.at, this.probabilities.at];
    k.crossEntropy({ R, V: this.shape.vocabulary, logits: this.logits.at, targets: this.targets.at, weights, probabilities }); // (R, V)
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
    const { promptRows: R, acts, logits } = this;
    const head = this.matrix(this.parameters.head);
    const [x, dOut, outStride, dx] = [acts.output.at, logits.at, logits.columns, acts.dOutput.at];
    k.linearBackward({ R, x, ...head, dOut, outStride, dx }); // (R, V) -> (C, V), (R, C)
  }

  protected override readInBackward(): void {
    const { kernels: k } = this.workspace;
    const dTable = this.gradient(this.parameters.embedding);
    k.embedBackward({ R: this.promptRows, C: this.C, tokens: this.tokens.at, dOut: this.acts.dStream.at, dTable }); // (R, C) -> (V, C)
  }
}
