/**
 * @file A decoder over vectors: linear read-in of width 2 d + 2, linear read-out of width d, optional learned positions.
 *
 * An example is the token [x, y, 0_d, 0], a thought the token [0_d, 0, w, 1]; at a thought the model gives the next estimate,
 * w + read-out (or the read-out alone, without `skip`).
 */
import type { Arena, ComputeContext } from "./computeContext";
import { type BatchShape, Decoder, type DecoderParameters, type DecoderShape, decoderParameters, type InitialScale } from "./decoder";
import { paddedFloats } from "./kernels/attention";
import { type Parameter, ParameterLayout } from "./parameters";

/** A vector model's shape. */
export interface VectorModelShape extends DecoderShape {
  /** d: dimension of the inputs x and of the task w. */
  readonly d: number;
  /** Length of the table of learned positions; 0 for a model without positions. */
  readonly positions: number;
  /** Whether the next estimate is w + read-out, as in the linear model, or the read-out alone. */
  readonly skip: boolean;
  readonly initial: InitialScale;
}

/** A vector model's parameters. */
export interface VectorModelParameters {
  readonly layout: ParameterLayout;
  readonly decoder: DecoderParameters;
  readonly readIn: readonly [Parameter, Parameter];
  readonly positions: Parameter | undefined;
  readonly readOut: readonly [Parameter, Parameter];
}

/** Names and places of a vector model's parameters. */
export function vectorModelParameters(shape: VectorModelShape): VectorModelParameters {
  const { d, width, initial } = shape;
  const layout = new ParameterLayout();
  const gpt2 = initial === "gpt2";
  const readIn = [
    layout.matrix("readIn.weight", 2 * d + 2, width, gpt2 ? 0.02 : 1 / Math.sqrt(d + 1)),
    layout.vector("readIn.bias", width, 0),
  ] as const;
  const positions = shape.positions > 0 ? layout.matrix("positions", shape.positions, width, 0.02) : undefined;
  const decoder = decoderParameters(layout, shape, initial);
  const readOut = [layout.matrix("readOut.weight", width, d, 0.02), layout.vector("readOut.bias", d, 0)] as const;
  return { layout, decoder, readIn, positions, readOut };
}

/** A vector model on a batch. */
export class VectorModel {
  readonly decoder: Decoder;
  /** Floats from one row of `tokens` to the next, and of `estimates`. */
  readonly tokenWidth: number;
  readonly estimateWidth: number;
  /** Index in floats of the tokens (rows, 2 d + 2), and of the read-outs (rows, d) and their gradient. */
  readonly tokens: number;
  readonly readOuts: number;
  readonly dReadOuts: number;
  private context: ComputeContext | undefined;
  private weights = 0;
  private gradients = 0;

  constructor(
    readonly shape: VectorModelShape,
    batch: BatchShape,
    readonly parameters: VectorModelParameters,
    arena: Arena,
    training: boolean,
  ) {
    this.decoder = new Decoder(shape, batch, parameters.decoder, arena, training);
    this.tokenWidth = paddedFloats(2 * shape.d + 2);
    this.estimateWidth = paddedFloats(shape.d);
    const { rows } = this.decoder;
    this.tokens = arena.floats(rows * this.tokenWidth) / 4;
    this.readOuts = arena.floats(rows * this.estimateWidth) / 4;
    this.dReadOuts = training ? arena.floats(rows * this.estimateWidth) / 4 : 0;
  }

  bind(context: ComputeContext, weights: number, gradients: number): void {
    this.context = context;
    this.weights = weights;
    this.gradients = gradients;
    this.decoder.bind(context, weights, gradients);
  }

  /** The row of thought `i` of sequence `b`. */
  thoughtRow(i: number, b: number): number {
    return this.decoder.promptRows + i * this.decoder.batch.sequences + b;
  }

  /** Writes an example's token: x from an array, and y. */
  setExample(b: number, t: number, x: ArrayLike<number>, xOffset: number, y: number): void {
    const { d } = this.shape;
    const { f32 } = this.context!;
    const at = this.tokens + (b * this.decoder.batch.prompt + t) * this.tokenWidth;
    for (let j = 0; j < d; j++) f32[at + j] = x[xOffset + j];
    f32[at + d] = y;
  }

  /** Writes a thought's token. */
  setThought(i: number, b: number, w: ArrayLike<number>, wOffset: number): void {
    const { d } = this.shape;
    const { f32 } = this.context!;
    const at = this.tokens + this.thoughtRow(i, b) * this.tokenWidth + d + 1;
    for (let j = 0; j < d; j++) f32[at + j] = w[wOffset + j];
    f32[at + d] = 1;
  }

  /** The estimate after thought `i` of sequence `b`: index into `out`, which receives d floats. */
  estimate(i: number, b: number, out: Float32Array | Float64Array, offset: number): void {
    const { d, skip } = this.shape;
    const { f32 } = this.context!;
    const row = this.thoughtRow(i, b);
    const token = this.tokens + row * this.tokenWidth + d + 1;
    const read = this.readOuts + row * this.estimateWidth;
    for (let j = 0; j < d; j++) out[offset + j] = (skip ? f32[token + j] : 0) + f32[read + j];
  }

  forwardPrompt(): void {
    this.readIn(0, this.decoder.promptRows);
    this.addPositions(0, 0);
    this.decoder.forwardPrompt();
  }

  forwardThoughts(from: number, to: number): void {
    const { sequences } = this.decoder.batch;
    const { promptRows } = this.decoder;
    const [first, end] = [promptRows + from * sequences, promptRows + to * sequences];
    this.readIn(first, end);
    this.addPositions(from, to);
    this.decoder.forwardThoughts(from, to);
    const { f32, sgemm } = this.context!;
    const { d, width } = this.shape;
    const [weight, bias] = this.parameters.readOut;
    const [hidden, out] = [this.decoder.output + 4 * width * first, 4 * (this.readOuts + first * this.estimateWidth)];
    sgemm(false, false, end - first, d, width, hidden, width, this.weights + 4 * weight.offset, d, 0, out, this.estimateWidth);
    const b = this.weights / 4 + bias.offset;
    for (let r = first; r < end; r++) {
      const at = this.readOuts + r * this.estimateWidth;
      for (let j = 0; j < d; j++) f32[at + j] += f32[b + j];
    }
  }

  /** Gradients of all parameters from `dReadOuts` at the thoughts' rows; the flat array must be zero in its vectors before. */
  backward(): void {
    const { f32, sgemm, kernels } = this.context!;
    const { d, width } = this.shape;
    const { rows, promptRows } = this.decoder;
    const count = rows - promptRows;
    const [weight, bias] = this.parameters.readOut;
    const dOut = 4 * (this.dReadOuts + promptRows * this.estimateWidth);
    const p = (parameter: Parameter): number => this.weights + 4 * parameter.offset;
    const g = (parameter: Parameter): number => this.gradients + 4 * parameter.offset;
    const ld = this.estimateWidth;
    sgemm(true, false, width, d, count, this.decoder.output + 4 * width * promptRows, width, dOut, ld, 0, g(weight), d);
    sgemm(false, true, count, width, d, dOut, ld, p(weight), d, 0, this.decoder.dOutput + 4 * width * promptRows, width);
    const dBias = g(bias) / 4;
    for (let r = 0; r < count; r++) {
      for (let j = 0; j < d; j++) f32[dBias + j] += f32[dOut / 4 + r * ld + j];
    }
    this.decoder.backward();
    const [inWeight, inBias] = this.parameters.readIn;
    const { dInput } = this.decoder;
    sgemm(true, false, inWeight.rows, width, rows, 4 * this.tokens, this.tokenWidth, dInput, width, 0, g(inWeight), width);
    kernels.columnSum(rows, 4 * width, dInput, g(inBias));
    this.positionsBackward();
  }

  private readIn(first: number, end: number): void {
    const { sgemm, kernels } = this.context!;
    const { width } = this.shape;
    const [weight, bias] = this.parameters.readIn;
    const [from, to] = [4 * (this.tokens + first * this.tokenWidth), this.decoder.input + 4 * width * first];
    const w = this.weights + 4 * weight.offset;
    sgemm(false, false, end - first, width, weight.rows, from, this.tokenWidth, w, width, 0, to, width);
    kernels.addBias(end - first, 4 * width, to, this.weights + 4 * bias.offset);
  }

  /** The position of a thought: after the prompt, and after the thoughts that it sees. */
  private positionOf(thought: number): number {
    const { prompt, starts } = this.decoder.batch;
    return prompt + thought - starts[thought];
  }

  private addPositions(from: number, to: number): void {
    const { positions } = this.parameters;
    if (positions === undefined) return;
    const { kernels } = this.context!;
    const bytes = 4 * this.shape.width;
    const { sequences, prompt } = this.decoder.batch;
    const table = this.weights + 4 * positions.offset;
    if (from === to) {
      // The table's first rows, read as one long row, are one sequence's positions.
      kernels.addBias(sequences, prompt * bytes, this.decoder.input, table);
      return;
    }
    for (let i = from; i < to; i++) {
      kernels.addBias(sequences, bytes, this.decoder.input + bytes * this.thoughtRow(i, 0), table + bytes * this.positionOf(i));
    }
  }

  private positionsBackward(): void {
    const { positions } = this.parameters;
    if (positions === undefined) return;
    const { kernels, f32 } = this.context!;
    const bytes = 4 * this.shape.width;
    const { sequences, prompt, thoughts } = this.decoder.batch;
    const table = this.gradients + 4 * positions.offset;
    f32.fill(0, table / 4, table / 4 + positions.rows * positions.columns);
    kernels.columnSum(sequences, prompt * bytes, this.decoder.dInput, table);
    for (let i = 0; i < thoughts; i++) {
      kernels.columnSum(sequences, bytes, this.decoder.dInput + bytes * this.thoughtRow(i, 0), table + bytes * this.positionOf(i));
    }
  }
}
