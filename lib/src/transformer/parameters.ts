/** @file The parameters of a model as one flat array: names, shapes, places, first values. */
import type { Random } from "../core/random";
import { paddedFloats } from "./kernels/attention";

/** One parameter: a matrix, or a vector as a matrix of one row. */
export interface Parameter {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** Its first element's index in the flat array. */
  readonly offset: number;
  /** First values: N(0, std²), or a constant. */
  readonly initial: { readonly std: number } | { readonly constant: number };
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
    return this.add({ name, rows, columns, offset: this.size, initial: { std } });
  }

  vector(name: string, columns: number, constant: number): Parameter {
    return this.add({ name, rows: 1, columns, offset: this.size, initial: { constant } });
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
    this.size += paddedFloats(parameter.rows * parameter.columns);
    return parameter;
  }
}
