/** @file A decoder over tokens: learned embeddings and positions, logits of the next token; training rows and generation. */
import type { Random } from "../core/random";
import type { ProductBackend } from "../linalg/backend";
import { findBlas } from "../linalg/blas";
import { sharedMemory } from "../linalg/simdModule";
import { Arena, type ComputeContext, computeContext, contextScratch } from "./computeContext";
import { type BatchShape, Decoder, type DecoderParameters, type DecoderShape, decoderParameters } from "./decoder";
import { paddedFloats } from "./kernels/attention";
import { type Parameter, ParameterLayout } from "./parameters";

/** A token model's shape. */
export interface TokenModelShape extends DecoderShape {
  /** V: number of tokens; they are 0..V-1. */
  readonly vocabulary: number;
  /** C: most tokens of a sequence. */
  readonly context: number;
}

export interface TokenModelParameters {
  readonly layout: ParameterLayout;
  readonly embedding: Parameter;
  readonly positions: Parameter;
  readonly decoder: DecoderParameters;
  readonly head: Parameter;
}

/** Names and places of a token model's parameters; first values as in GPT-2. */
export function tokenModelParameters(shape: TokenModelShape): TokenModelParameters {
  const layout = new ParameterLayout();
  const embedding = layout.matrix("embedding", shape.vocabulary, shape.width, 0.02);
  const positions = layout.matrix("positions", shape.context, shape.width, 0.02);
  const decoder = decoderParameters(layout, shape, "gpt2");
  return { layout, embedding, positions, decoder, head: layout.matrix("head", shape.width, shape.vocabulary, 0.02) };
}

/** A token model on a batch; tokens of `prompt` rows have outputs, tokens that are generated are the batch's thoughts. */
export class TokenModel {
  readonly decoder: Decoder;
  /** Indices in the memory's integers and floats: tokens, targets, weights of the loss, logits (rows of `logitWidth` floats). */
  readonly tokens: number;
  readonly targets: number;
  readonly weights: number;
  readonly logits: number;
  readonly logitWidth: number;
  private readonly places: number;
  private readonly probabilities: number;
  private context: ComputeContext | undefined;
  private base = 0;
  private gradients = 0;

  constructor(
    readonly shape: TokenModelShape,
    batch: BatchShape,
    readonly parameters: TokenModelParameters,
    arena: Arena,
    training: boolean,
  ) {
    this.decoder = new Decoder(shape, batch, parameters.decoder, arena, training);
    const { rows } = this.decoder;
    this.logitWidth = paddedFloats(shape.vocabulary);
    [this.tokens, this.targets, this.places] = [arena.floats(rows) / 4, arena.floats(rows) / 4, arena.floats(rows) / 4];
    [this.weights, this.probabilities] = [arena.floats(rows) / 4, arena.floats(rows) / 4];
    this.logits = arena.floats(rows * this.logitWidth) / 4;
  }

  bind(context: ComputeContext, weights: number, gradients: number): void {
    this.context = context;
    this.base = weights;
    this.gradients = gradients;
    this.decoder.bind(context, weights, gradients);
    const { sequences, prompt, thoughts } = this.decoder.batch;
    for (let b = 0; b < sequences; b++) {
      for (let t = 0; t < prompt; t++) context.i32[this.places + b * prompt + t] = t;
      for (let i = 0; i < thoughts; i++) context.i32[this.places + this.decoder.promptRows + i * sequences + b] = prompt + i;
    }
  }

  forwardPrompt(): void {
    this.embed(0, this.decoder.promptRows);
    this.decoder.forwardPrompt();
  }

  forwardThoughts(from: number, to: number): void {
    const { sequences } = this.decoder.batch;
    this.embed(this.decoder.promptRows + from * sequences, this.decoder.promptRows + to * sequences);
    this.decoder.forwardThoughts(from, to);
  }

  /** Writes the logits of the rows first..end-1. */
  computeLogits(first: number, end: number): void {
    const { width, vocabulary } = this.shape;
    const hidden = this.decoder.output + 4 * width * first;
    const to = 4 * (this.logits + first * this.logitWidth);
    this.context!.sgemm(
      false,
      false,
      end - first,
      vocabulary,
      width,
      hidden,
      width,
      this.at(this.parameters.head),
      vocabulary,
      0,
      to,
      this.logitWidth,
    );
  }

  /** The sum over prompt rows of weight x cross-entropy, and its gradient (vectors of the flat array must be zero before). */
  lossAndGradient(): number {
    const { kernels, sgemm, f32 } = this.context!;
    const { width, vocabulary } = this.shape;
    const { promptRows } = this.decoder;
    const { head, embedding, positions } = this.parameters;
    const bytes = 4 * width;
    this.forwardPrompt();
    this.computeLogits(0, promptRows);
    const [logits, ld] = [4 * this.logits, this.logitWidth];
    kernels.crossEntropy(promptRows, vocabulary, 4 * ld, 1, logits, 4 * this.targets, 4 * this.weights, 4 * this.probabilities);
    let loss = 0;
    for (let r = 0; r < promptRows; r++) {
      const weight = f32[this.weights + r];
      // A probability that underflows costs what the smallest one would.
      if (weight !== 0) loss -= weight * Math.log(Math.max(f32[this.probabilities + r], 1e-38));
    }
    const hidden = this.decoder.output;
    sgemm(true, false, width, vocabulary, promptRows, hidden, width, logits, ld, 0, this.gradientAt(head), vocabulary);
    sgemm(false, true, promptRows, width, vocabulary, logits, ld, this.at(head), vocabulary, 0, this.decoder.dOutput, width);
    this.decoder.backward();
    for (const [table, rows] of [
      [embedding, this.tokens],
      [positions, this.places],
    ] as const) {
      const to = this.gradientAt(table);
      f32.fill(0, to / 4, to / 4 + table.rows * table.columns);
      kernels.embedBackward(promptRows, bytes, 4 * rows, this.decoder.dInput, to);
    }
    return loss;
  }

  private at(parameter: Parameter): number {
    return this.base + 4 * parameter.offset;
  }

  private gradientAt(parameter: Parameter): number {
    return this.gradients + 4 * parameter.offset;
  }

  private embed(first: number, end: number): void {
    const { kernels } = this.context!;
    const bytes = 4 * this.shape.width;
    const input = this.decoder.input + bytes * first;
    // The positions' rows pass through the first block's place for its normalised input, which is written right after.
    const spare = this.decoder.spare + bytes * first;
    kernels.embed(end - first, bytes, 4 * (this.tokens + first), this.at(this.parameters.embedding), input);
    kernels.embed(end - first, bytes, 4 * (this.places + first), this.at(this.parameters.positions), spare);
    kernels.addBias(1, bytes * (end - first), input, spare);
  }
}

/** How tokens are chosen. */
export interface SamplingParams {
  readonly prompt: readonly number[];
  readonly maxTokens: number;
  /** 0 takes the likeliest token (the first of equals). */
  readonly temperature: number;
  readonly random: Random;
}

/** Generates tokens one after the other on cached keys and values. */
export class TokenGenerator {
  private readonly context: ComputeContext;
  private readonly start: number;
  private readonly end: number;
  private readonly all: TokenModelParameters;
  private readonly weights: number;

  constructor(
    readonly shape: TokenModelShape,
    parameters: Float32Array,
    backend?: ProductBackend,
  ) {
    this.all = tokenModelParameters(shape);
    const arena = new Arena(64);
    this.weights = arena.floats(this.all.layout.floats);
    const size = shape.context + 1;
    const scratch = contextScratch(arena, size, 4 * shape.width);
    this.start = arena.end;
    // Room for any split of the context into prompt and reply.
    const half = Math.ceil(shape.context / 2);
    for (const prompt of [1, half, shape.context]) {
      const sizing = new Arena(this.start);
      this.build(prompt, shape.context - prompt, sizing);
      arena.bytes(Math.max(0, sizing.end - arena.end));
    }
    // Filling up to multiples of four makes other splits a little larger.
    arena.bytes(4096 + 64 * shape.width * shape.layers + 64 * shape.context * shape.heads * shape.layers);
    this.end = arena.end;
    const memory = sharedMemory(this.end);
    if (backend !== "simd") findBlas()?.setThreads(1);
    this.context = computeContext(memory, scratch, backend);
    this.context.f32.set(parameters, this.weights / 4);
  }

  private build(prompt: number, reply: number, arena: Arena): TokenModel {
    const starts = new Array<number>(reply).fill(0);
    return new TokenModel(this.shape, { sequences: 1, prompt, thoughts: reply, starts, promptOutputs: true }, this.all, arena, false);
  }

  /**
   * The reply's tokens, at most `maxTokens` and as many as the context has room for; the caller ends it earlier at its own end token.
   * @throws RangeError for an empty prompt, one longer than the context, or a token out of the vocabulary
   */
  *generate({ prompt, maxTokens, temperature, random }: SamplingParams): Generator<number> {
    const { context: most, vocabulary } = this.shape;
    if (prompt.length < 1 || prompt.length > most)
      throw new RangeError(`TokenGenerator.generate: prompt must be 1 to ${most} tokens, got ${prompt.length}`);
    const wrong = prompt.find((token) => !Number.isInteger(token) || token < 0 || token >= vocabulary);
    if (wrong !== undefined)
      throw new RangeError(`TokenGenerator.generate: a token must be an integer in [0, ${vocabulary - 1}], got ${wrong}`);
    const reply = Math.min(maxTokens, most - prompt.length + 1);
    if (reply < 1) return;
    const arena = new Arena(this.start);
    const model = this.build(prompt.length, Math.max(reply - 1, 0), arena);
    if (arena.end > this.end) throw new Error(`TokenGenerator.generate: ${arena.end} bytes are needed, ${this.end} were set aside`);
    const { f32, i32 } = this.context;
    f32.fill(0, this.start / 4, arena.end / 4);
    model.bind(this.context, this.weights, 0);
    i32.set(prompt, model.tokens);
    model.forwardPrompt();
    const { promptRows } = model.decoder;
    for (let i = 0; ; i++) {
      const row = promptRows - 1 + i;
      model.computeLogits(row, row + 1);
      const at = model.logits + row * model.logitWidth;
      const token = chooseToken(f32.subarray(at, at + vocabulary), temperature, random);
      yield token;
      if (i + 1 >= reply) return;
      i32[model.tokens + promptRows + i] = token;
      model.forwardThoughts(i, i + 1);
    }
  }
}

/** A token by its logits: the likeliest at temperature 0, else drawn from softmax(logits / temperature). */
function chooseToken(logits: Float32Array, temperature: number, random: Random): number {
  let best = 0;
  for (let v = 1; v < logits.length; v++) if (logits[v] > logits[best]) best = v;
  if (temperature === 0) return best;
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - logits[best]) / temperature));
  let left = random.uniform() * weights.reduce((a, b) => a + b, 0);
  for (let v = 0; v < weights.length; v++) {
    left -= weights[v];
    if (left < 0) return v;
  }
  return best;
}
