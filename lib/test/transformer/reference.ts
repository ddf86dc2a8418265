/** @file The model once more, in f64 and plain loops, one token at a time: what finite differences are taken of. */
import type { ParameterLayout } from "../../dist/transformer/parameters.js";
import type { FixedBatch } from "./support.ts";

type Rows = Float64Array[];

const gelu = (x: number): number => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

/** The forward pass with parameters in f64. */
export class Reference {
  private readonly layout: ParameterLayout;
  readonly parameters: Float64Array;
  constructor(layout: ParameterLayout, parameters: Float64Array) {
    this.layout = layout;
    this.parameters = parameters;
  }

  private at(name: string): { offset: number; rows: number; columns: number } {
    return this.layout.list.find((p) => p.name === name)!;
  }

  private linear(x: Rows, name: string): Rows {
    const weight = this.at(`${name}.weight`);
    const bias = this.at(`${name}.bias`);
    const p = this.parameters;
    return x.map((row) =>
      Float64Array.from({ length: weight.columns }, (_, j) => {
        let sum = p[bias.offset + j];
        for (let i = 0; i < weight.rows; i++) sum += row[i] * p[weight.offset + i * weight.columns + j];
        return sum;
      }),
    );
  }

  layerNorm(x: Rows, name: string): Rows {
    const [gamma, beta] = [this.at(`${name}.gamma`).offset, this.at(`${name}.beta`).offset];
    return x.map((row) => {
      const mean = row.reduce((a, b) => a + b, 0) / row.length;
      const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / row.length;
      return row.map((v, j) => ((v - mean) / Math.sqrt(variance + 1e-5)) * this.parameters[gamma + j] + this.parameters[beta + j]);
    });
  }

  /** Read-outs at the thoughts. `sees[r]` lists the tokens that token r looks at. */
  private tokens(inputs: Rows, positions: readonly number[] | undefined, sees: readonly number[][], layers: number, heads: number): Rows {
    let x = this.linear(inputs, "readIn");
    if (positions !== undefined) {
      const table = this.at("positions");
      x = x.map((row, r) => row.map((v, j) => v + this.parameters[table.offset + positions[r] * table.columns + j]));
    }
    for (let l = 0; l < layers; l++) {
      const qkv = this.linear(this.layerNorm(x, `block${l}.norm1`), `block${l}.qkv`);
      const width = x[0].length;
      const size = width / heads;
      const attended = qkv.map((row, r) => {
        const out = new Float64Array(width);
        for (let h = 0; h < heads; h++) {
          const scores = sees[r].map((s) => {
            let sum = 0;
            for (let c = 0; c < size; c++) sum += row[h * size + c] * qkv[s][width + h * size + c];
            return sum / Math.sqrt(size);
          });
          const top = Math.max(...scores);
          const weights = scores.map((score) => Math.exp(score - top));
          const total = weights.reduce((a, b) => a + b, 0);
          sees[r].forEach((s, i) => {
            for (let c = 0; c < size; c++) out[h * size + c] += (weights[i] / total) * qkv[s][2 * width + h * size + c];
          });
        }
        return out;
      });
      const first = this.linear(attended, `block${l}.out`);
      const middle = x.map((row, r) => row.map((v, j) => v + first[r][j]));
      const up = this.linear(this.layerNorm(middle, `block${l}.norm2`), `block${l}.up`).map((row) => row.map(gelu));
      const second = this.linear(up, `block${l}.down`);
      x = middle.map((row, r) => row.map((v, j) => v + second[r][j]));
    }
    return this.linear(this.layerNorm(x, "norm"), "readOut");
  }

  /** The relative loss at given thoughts (sequences x thoughts x d); thought i sees the thoughts starts[i]..i. */
  loss(batch: FixedBatch, thoughts: ArrayLike<number>, starts: readonly number[]): number {
    const { layers, heads, d, positions } = batch.shape;
    const { n, sequences } = batch;
    const K = starts.length;
    let total = 0;
    for (let b = 0; b < sequences; b++) {
      const rows: Rows = [];
      for (let t = 0; t < n; t++) {
        const row = new Float64Array(2 * d + 2);
        for (let j = 0; j < d; j++) row[j] = batch.X[(b * n + t) * d + j];
        row[d] = batch.y[b * n + t];
        rows.push(row);
      }
      for (let i = 0; i < K; i++) {
        const row = new Float64Array(2 * d + 2);
        for (let j = 0; j < d; j++) row[d + 1 + j] = thoughts[(b * K + i) * d + j];
        row[2 * d + 1] = 1;
        rows.push(row);
      }
      const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
      const sees = rows.map((_, r) => (r < n ? range(0, r + 1) : [...range(0, n), ...range(n + starts[r - n], r + 1)]));
      const places = rows.map((_, r) => (r < n ? r : r - starts[r - n]));
      const out = this.tokens(rows, positions > 0 ? places : undefined, sees, layers, heads);
      for (let i = 0; i < K; i++) {
        let [error, start] = [0, 0];
        for (let j = 0; j < d; j++) {
          const target = batch.target[b * d + j];
          const before = thoughts[(b * K + i) * d + j];
          error += (before + out[n + i][j] - target) ** 2;
          start += (before - target) ** 2;
        }
        total += error / d / (start / d + 1e-3);
      }
    }
    return total / (sequences * K);
  }
}
