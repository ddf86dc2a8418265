/**
 * @file GPT-2's blocks (pre-LN, causal softmax attention, GELU-tanh MLP of width 4 D, final layer normalisation), forward and backward.
 *
 * A batch has `sequences` prompts of `prompt` tokens and after each `thoughts` thought tokens. Rows are ordered: all prompts, sequence by
 * sequence; then the thoughts of step 0 of every sequence, of step 1, and so on. Every token is computed once: the prompt first, then the
 * thoughts in as many calls as their inputs need, on the prompt's cached keys and values; one backward pass covers all of them.
 */
import type { Arena, ComputeContext } from "./computeContext";
import { attentionScratchFloats, paddedFloats } from "./kernels/attention";
import type { Parameter, ParameterLayout } from "./parameters";

/** The blocks' shape. */
export interface DecoderShape {
  /** L: blocks. */
  readonly layers: number;
  /** H: attention heads; divides D into multiples of 4. */
  readonly heads: number;
  /** D: width of the residual stream. */
  readonly width: number;
}

/** The batch's shape. */
export interface BatchShape {
  readonly sequences: number;
  readonly prompt: number;
  readonly thoughts: number;
  /** For each thought the first thought that it sees; its own index when thoughts replace each other, 0 in a chain of appended ones. */
  readonly starts: readonly number[];
  /** Whether the prompt's rows have outputs (a language model's do, a prompt of examples has none). */
  readonly promptOutputs: boolean;
}

interface BlockParameters {
  readonly norm1: readonly [Parameter, Parameter];
  readonly qkv: readonly [Parameter, Parameter];
  readonly out: readonly [Parameter, Parameter];
  readonly norm2: readonly [Parameter, Parameter];
  readonly up: readonly [Parameter, Parameter];
  readonly down: readonly [Parameter, Parameter];
}

/** The blocks' parameters in a layout. */
export interface DecoderParameters {
  readonly blocks: readonly BlockParameters[];
  readonly norm: readonly [Parameter, Parameter];
}

/** Standard deviations of first values: 1/√fan-in, or GPT-2's 0.02 everywhere; both divide the two residual products by √(2 L). */
export type InitialScale = "fan-in" | "gpt2";

/** Adds the parameters of the blocks to a layout. Matrices are (fan-in, fan-out). */
export function decoderParameters(layout: ParameterLayout, shape: DecoderShape, scale: InitialScale): DecoderParameters {
  const { layers, width } = shape;
  const norm = (name: string): [Parameter, Parameter] => [
    layout.vector(`${name}.gamma`, width, 1),
    layout.vector(`${name}.beta`, width, 0),
  ];
  const linear = (name: string, from: number, to: number, residual = false): [Parameter, Parameter] => {
    const std = (scale === "gpt2" ? 0.02 : 1 / Math.sqrt(from)) / (residual ? Math.sqrt(2 * layers) : 1);
    return [layout.matrix(`${name}.weight`, from, to, std), layout.vector(`${name}.bias`, to, 0)];
  };
  const blocks = Array.from({ length: layers }, (_, l) => ({
    norm1: norm(`block${l}.norm1`),
    qkv: linear(`block${l}.qkv`, width, 3 * width),
    out: linear(`block${l}.out`, width, width, true),
    norm2: norm(`block${l}.norm2`),
    up: linear(`block${l}.up`, width, 4 * width),
    down: linear(`block${l}.down`, 4 * width, width, true),
  }));
  return { blocks, norm: norm("norm") };
}

/** Addresses of one block's activations. */
interface Activations {
  readonly moments1: number;
  readonly norm1: number;
  readonly qkv: number;
  readonly keys: number;
  readonly promptWeights: number;
  readonly thoughtWeights: number;
  readonly attended: number;
  readonly middle: number;
  readonly moments2: number;
  readonly norm2: number;
  readonly slope: number;
  readonly act: number;
}

/** The blocks on a batch. Building one only hands out addresses; `bind` must be called before it computes. */
export class Decoder {
  /** Rows of the whole batch. */
  readonly rows: number;
  /** Rows of all prompts. */
  readonly promptRows: number;
  /** The residual stream's input (rows, D), to be written before `forward...`; and its gradient after `backward`. */
  readonly input: number;
  readonly dInput: number;
  /** The final layer normalisation's output (rows, D), and its gradient, to be written before `backward`. */
  readonly output: number;
  readonly dOutput: number;

  /** Scratch of (rows, D), free until a row's forward pass begins. */
  get spare(): number {
    return this.saved[0].norm1;
  }

  private readonly stream: readonly number[];
  private readonly saved: readonly Activations[];
  private readonly moments: number;
  private readonly starts: number;
  private readonly dWide: number;
  private readonly dNorm: number;
  private readonly dQkv: number;
  private readonly attentionScratch: number;
  private context: ComputeContext | undefined;
  private weights = 0;
  private gradients = 0;

  constructor(
    readonly shape: DecoderShape,
    readonly batch: BatchShape,
    private readonly parameters: DecoderParameters,
    arena: Arena,
    /** Without gradients no memory is set aside for them. */
    readonly training: boolean,
  ) {
    const { layers, heads, width } = shape;
    const { sequences, prompt, thoughts } = batch;
    this.promptRows = sequences * prompt;
    this.rows = sequences * (prompt + thoughts);
    const rows = this.rows;
    const [n, k] = [paddedFloats(prompt), paddedFloats(thoughts)];
    const wide = (factor: number): number => arena.floats(rows * width * factor);
    this.starts = arena.bytes(4 * Math.max(1, thoughts));
    this.stream = Array.from({ length: layers + 1 }, () => wide(1));
    this.saved = Array.from({ length: layers }, () => ({
      moments1: arena.floats(2 * rows),
      norm1: wide(1),
      qkv: wide(3),
      keys: arena.floats(sequences * width * n),
      promptWeights: arena.floats(sequences * heads * prompt * n),
      thoughtWeights: arena.floats(sequences * heads * thoughts * (n + k)),
      attended: wide(1),
      middle: wide(1),
      moments2: arena.floats(2 * rows),
      norm2: wide(1),
      slope: wide(4),
      act: wide(4),
    }));
    this.moments = arena.floats(2 * rows);
    this.output = wide(1);
    this.input = this.stream[0];
    if (!training) {
      [this.dOutput, this.dInput, this.dWide, this.dNorm, this.dQkv, this.attentionScratch] = [0, 0, 0, 0, 0, 0];
      return;
    }
    this.dOutput = wide(1);
    this.dInput = wide(1);
    this.dWide = wide(4);
    this.dNorm = wide(1);
    this.dQkv = wide(3);
    this.attentionScratch = arena.floats(attentionScratchFloats(prompt, thoughts, width / heads));
  }

  /** Says where to compute, and the addresses of the flat arrays of parameters and of their gradients. */
  bind(context: ComputeContext, weights: number, gradients: number): void {
    this.context = context;
    this.weights = weights;
    this.gradients = gradients;
    context.i32.set(this.batch.starts, this.starts / 4);
  }

  /** Computes the prompts' rows from `input`. */
  forwardPrompt(): void {
    this.forward(0, this.promptRows, undefined);
  }

  /** Computes the rows of the thoughts from..to-1 of every sequence, on the prompt's keys and values. */
  forwardThoughts(from: number, to: number): void {
    const { sequences } = this.batch;
    this.forward(this.promptRows + from * sequences, this.promptRows + to * sequences, [from, to]);
  }

  private forward(first: number, end: number, thoughts: readonly [number, number] | undefined): void {
    const { kernels, sgemm } = this.context!;
    const { layers, heads, width } = this.shape;
    const { sequences, prompt } = this.batch;
    const [count, bytes, inverse, scale] = [end - first, 4 * width, 1 / width, 1 / Math.sqrt(width / heads)];
    if (count === 0) return;
    const at = (base: number, factor = 1): number => base + first * bytes * factor;
    const p = (parameter: Parameter): number => this.weights + 4 * parameter.offset;
    const product = (from: number, [weight]: readonly [Parameter, Parameter], to: number): void =>
      sgemm(false, false, count, weight.columns, weight.rows, from, weight.rows, p(weight), weight.columns, 0, to, weight.columns);
    this.parameters.blocks.forEach((block, l) => {
      const s = this.saved[l];
      const x = at(this.stream[l]);
      kernels.layerNorm(count, bytes, inverse, x, p(block.norm1[0]), p(block.norm1[1]), at(s.norm1), s.moments1 + 8 * first);
      product(at(s.norm1), block.qkv, at(s.qkv, 3));
      kernels.addBias(count, 3 * bytes, at(s.qkv, 3), p(block.qkv[1]));
      const head = bytes / heads;
      if (thoughts === undefined) {
        kernels.packKeys(sequences, heads, prompt, head, bytes, s.qkv, s.keys);
        // Nobody reads what the last block makes of a prompt without outputs.
        if (l === layers - 1 && !this.batch.promptOutputs) return;
        kernels.attendPrompt(sequences, heads, prompt, head, bytes, scale, s.qkv, s.keys, s.promptWeights, s.attended);
      } else {
        const [qkvThought, out] = [s.qkv + 3 * bytes * this.promptRows, s.attended + bytes * this.promptRows];
        const shape = [sequences, heads, prompt, this.batch.thoughts, ...thoughts, head, bytes] as const;
        kernels.attendThoughts(...shape, scale, this.starts, s.qkv, qkvThought, s.keys, s.thoughtWeights, out);
      }
      product(at(s.attended), block.out, at(s.middle));
      kernels.residual(count, bytes, x, at(s.middle), p(block.out[1]), at(s.middle));
      kernels.layerNorm(count, bytes, inverse, at(s.middle), p(block.norm2[0]), p(block.norm2[1]), at(s.norm2), s.moments2 + 8 * first);
      product(at(s.norm2), block.up, at(s.slope, 4));
      kernels.gelu(count, 4 * bytes, at(s.slope, 4), p(block.up[1]), at(s.act, 4));
      const next = at(this.stream[l + 1]);
      product(at(s.act, 4), block.down, next);
      kernels.residual(count, bytes, at(s.middle), next, p(block.down[1]), next);
    });
    if (thoughts === undefined && !this.batch.promptOutputs) return;
    const [gamma, beta] = this.parameters.norm;
    kernels.layerNorm(count, bytes, inverse, at(this.stream[layers]), p(gamma), p(beta), at(this.output), this.moments + 8 * first);
  }

  /**
   * Adds the gradients of all blocks' parameters for the given `dOutput` (of the rows that have outputs) to the flat array: matrices are
   * overwritten, vectors are added to and must be zero before. Leaves the gradient of `input` in `dInput`.
   */
  backward(): void {
    const { kernels, sgemm } = this.context!;
    const { layers, heads, width } = this.shape;
    const { sequences, prompt, thoughts, promptOutputs } = this.batch;
    const [rows, bytes, inverse, scale] = [this.rows, 4 * width, 1 / width, 1 / Math.sqrt(width / heads)];
    const p = (parameter: Parameter): number => this.weights + 4 * parameter.offset;
    const g = (parameter: Parameter): number => this.gradients + 4 * parameter.offset;
    const at = (base: number, row: number, factor = 1): number => base + row * bytes * factor;
    const top = promptOutputs ? 0 : this.promptRows;

    /** Of y = x W: dW = xᵀ dy, and dx = dy Wᵀ. */
    const linearBackward = (first: number, x: number, weight: Parameter, dy: number, dx: number): void => {
      const { rows: m, columns: n } = weight;
      sgemm(true, false, m, n, rows - first, x + 4 * m * first, m, dy + 4 * n * first, n, 0, g(weight), n);
      sgemm(false, true, rows - first, m, n, dy + 4 * n * first, n, p(weight), n, 0, dx + 4 * m * first, m);
    };

    const [gamma, beta] = this.parameters.norm;
    const last = at(this.stream[layers], top);
    const final = [at(this.dOutput, top), last, p(gamma), this.moments + 8 * top, at(this.dInput, top), g(gamma), g(beta), 1] as const;
    kernels.layerNormBackward(rows - top, bytes, inverse, ...final);
    for (let l = layers - 1; l >= 0; l--) {
      const block = this.parameters.blocks[l];
      const s = this.saved[l];
      const first = l === layers - 1 ? top : 0;
      const count = rows - first;
      const dx = at(this.dInput, first);
      kernels.columnSum(count, bytes, dx, g(block.down[1]));
      linearBackward(first, s.act, block.down[0], this.dInput, this.dWide);
      kernels.geluBackward(count, 4 * bytes, at(this.dWide, first, 4), at(s.slope, first, 4), g(block.up[1]));
      linearBackward(first, s.norm2, block.up[0], this.dWide, this.dNorm);
      const norm2 = [at(this.dNorm, first), at(s.middle, first), p(block.norm2[0]), s.moments2 + 8 * first, dx] as const;
      kernels.layerNormBackward(count, bytes, inverse, ...norm2, g(block.norm2[0]), g(block.norm2[1]), 0);
      kernels.columnSum(count, bytes, dx, g(block.out[1]));
      linearBackward(first, s.attended, block.out[0], this.dInput, this.dNorm);
      const shape = [sequences, heads, prompt, thoughts, bytes / heads, bytes] as const;
      const thought = (base: number, factor: number): number => base + factor * bytes * this.promptRows;
      kernels.attentionBackward(
        ...([...shape, scale, this.starts, this.attentionScratch, first === 0 ? 1 : 0] as [
          ...typeof shape,
          number,
          number,
          number,
          number,
        ]),
        s.qkv,
        thought(s.qkv, 3),
        s.promptWeights,
        s.thoughtWeights,
        this.dNorm,
        thought(this.dNorm, 1),
        this.dQkv,
        thought(this.dQkv, 3),
      );
      kernels.columnSum(rows, 3 * bytes, this.dQkv, g(block.qkv[1]));
      linearBackward(0, s.norm1, block.qkv[0], this.dQkv, this.dNorm);
      const norm1 = (from: number, to: number, fresh: 0 | 1): void => {
        const place = [
          at(this.dNorm, from),
          at(this.stream[l], from),
          p(block.norm1[0]),
          s.moments1 + 8 * from,
          at(this.dInput, from),
        ] as const;
        kernels.layerNormBackward(to - from, bytes, inverse, ...place, g(block.norm1[0]), g(block.norm1[1]), fresh);
      };
      norm1(0, first, 1);
      norm1(first, rows, 0);
    }
  }
}
