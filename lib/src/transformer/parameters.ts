/** @file The models' shapes, and their parameters as one flat array: names, places, first values. */
import type { Random } from "../core/random";
import { padded } from "./kernels/kernel";

/** One parameter: a matrix, or a vector as a matrix of one row. */
export interface Parameter {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** Its first element's index in the flat array. */
  readonly offset: number;
  /** First values: N(0, std²), or a constant. */
  readonly initial: { readonly std: number } | { readonly constant: number };
  /** Whether its gradient is added up row by row, from zero on; that of a matrix is one product. */
  readonly summed: boolean;
}

/** A weight matrix (fan-in, fan-out) with its bias. */
export interface LinearParameters {
  readonly weight: Parameter;
  readonly bias: Parameter;
}

/** γ and β of a layer normalisation. */
export interface NormParameters {
  readonly gamma: Parameter;
  readonly beta: Parameter;
}

/** An ordered set of parameters. Each one's place is filled up with zeros, which stay zeros, to a multiple of four. */
export class ParameterLayout {
  readonly list: Parameter[] = [];
  private size = 0;

  /** Length of the flat array. */
  get floats(): number {
    return this.size;
  }

  /** Number of parameters proper, without filling. */
  get count(): number {
    return this.list.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  }

  matrix(name: string, rows: number, columns: number, std: number): Parameter {
    return this.add({ name, rows, columns, offset: this.size, initial: { std }, summed: false });
  }

  /** A table whose rows are looked up. */
  table(name: string, rows: number, columns: number): Parameter {
    return this.add({ name, rows, columns, offset: this.size, initial: { std: 0.02 }, summed: true });
  }

  vector(name: string, columns: number, constant: number): Parameter {
    return this.add({ name, rows: 1, columns, offset: this.size, initial: { constant }, summed: true });
  }

  linear(name: string, from: number, to: number, std: number): LinearParameters {
    return { weight: this.matrix(`${name}.weight`, from, to, std), bias: this.vector(`${name}.bias`, to, 0) };
  }

  norm(name: string, width: number): NormParameters {
    return { gamma: this.vector(`${name}.gamma`, width, 1), beta: this.vector(`${name}.beta`, width, 0) };
  }

  /** Writes first values; each parameter has its own stream, named after it. */
  initialize(out: Float32Array, random: Random): void {
    for (const { name, rows, columns, offset, initial } of this.list) {
      const part = out.subarray(offset, offset + rows * columns);
      if ("constant" in initial) part.fill(initial.constant);
      else {
        const draws = random.stream(name).fillNormal(new Float64Array(rows * columns));
        for (let i = 0; i < draws.length; i++) part[i] = initial.std * draws[i];
      }
    }
  }

  private add(parameter: Parameter): Parameter {
    this.list.push(parameter);
    this.size += padded(parameter.rows * parameter.columns);
    return parameter;
  }
}

/** The shape of the blocks. */
export interface DecoderShape {
  /** L: blocks. */
  readonly layers: number;
  /** H: attention heads; divides C into multiples of 4. */
  readonly heads: number;
  /** C: width of the residual stream. */
  readonly width: number;
}

/** Standard deviations of first values: 1/√fan-in, or GPT-2's 0.02 everywhere; both divide the two residual products by √(2 L). */
export type InitialScale = "fan-in" | "gpt2";

export interface BlockParameters {
  readonly norm1: NormParameters;
  readonly qkv: LinearParameters;
  readonly out: LinearParameters;
  readonly norm2: NormParameters;
  readonly up: LinearParameters;
  readonly down: LinearParameters;
}

/** What every model has: learned positions or none, blocks, the final layer normalisation. */
export interface DecoderParameters {
  readonly layout: ParameterLayout;
  readonly positions: Parameter | undefined;
  readonly blocks: readonly BlockParameters[];
  readonly norm: NormParameters;
}

function blockParameters(
  layout: ParameterLayout,
  { layers, width }: DecoderShape,
  scale: InitialScale,
): Pick<DecoderParameters, "blocks" | "norm"> {
  const std = (from: number): number => (scale === "gpt2" ? 0.02 : 1 / Math.sqrt(from));
  const residual = (from: number): number => std(from) / Math.sqrt(2 * layers);
  const blocks = Array.from({ length: layers }, (_, l) => ({
    norm1: layout.norm(`block${l}.norm1`, width),
    qkv: layout.linear(`block${l}.qkv`, width, 3 * width, std(width)),
    out: layout.linear(`block${l}.out`, width, width, residual(width)),
    norm2: layout.norm(`block${l}.norm2`, width),
    up: layout.linear(`block${l}.up`, width, 4 * width, std(width)),
    down: layout.linear(`block${l}.down`, 4 * width, width, residual(4 * width)),
  }));
  return { blocks, norm: layout.norm("norm", width) };
}

/** A vector model's shape. */
export interface VectorModelShape extends DecoderShape {
  /** d: dimension of the inputs x and of the task w. */
  readonly d: number;
  /** Length of the table of learned positions; 0 for a model without positions. */
  readonly positions: number;
  /** Whether the next estimate is w + read-out, as in the linear model, or the read-out alone. */
  readonly skip: boolean;
  /** How large first values are. */
  readonly initial: InitialScale;
}

export interface VectorModelParameters extends DecoderParameters {
  readonly readIn: LinearParameters;
  readonly readOut: LinearParameters;
}

/** Names and places of a vector model's parameters. */
export function vectorModelParameters(shape: VectorModelShape): VectorModelParameters {
  const { d, width, initial } = shape;
  const layout = new ParameterLayout();
  const readIn = layout.linear("readIn", 2 * d + 2, width, initial === "gpt2" ? 0.02 : 1 / Math.sqrt(d + 1));
  const positions = shape.positions > 0 ? layout.table("positions", shape.positions, width) : undefined;
  return { layout, readIn, positions, ...blockParameters(layout, shape, initial), readOut: layout.linear("readOut", width, d, 0.02) };
}

/** A token model's shape. */
export interface TokenModelShape extends DecoderShape {
  /** V: number of tokens; they are 0..V-1. */
  readonly vocabulary: number;
  /** Most tokens of a sequence. */
  readonly context: number;
}

export interface TokenModelParameters extends DecoderParameters {
  readonly embedding: Parameter;
  readonly head: Parameter;
}

/** Names and places of a token model's parameters; first values as in GPT-2. */
export function tokenModelParameters(shape: TokenModelShape): TokenModelParameters {
  const { vocabulary, context, width } = shape;
  const layout = new ParameterLayout();
  const embedding = layout.table("embedding", vocabulary, width);
  const positions = layout.table("positions", context, width);
  return { layout, embedding, positions, ...blockParameters(layout, shape, "gpt2"), head: layout.matrix("head", width, vocabulary, 0.02) };
}
