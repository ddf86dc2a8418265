/**
 * @file The traces that a chain of a noisy layer sees on prompts of m examples, in the limit of large d and m: no prompt is drawn. Each is
 * E tr(X f(S̃) Y g(S̃)) of S̃ = Γ^{-1/2} S Γ^{-1/2}, a double contour integral of the two-resolvent formula.
 */
import { eigen, multiply, transpose } from "../../linalg/dense";
import { rowMajor } from "../../linalg/layout";
import { gammaEigenvalues } from "../../model/gamma";
import type { AlignmentParams } from "../../model/pencil";
import { bilinearForm, contourNodes, type Form, integrand } from "../finite/nonCommutingEquivalent";
import { spectralEdges } from "../finite/spectralEdges";
import type { TableSource } from "./nestedPairings";

/** The contour is e^{WIDTH/K} times wider than the spectrum: a factor e^{2 WIDTH} is lost, and 6 K nodes leave an error e^{-5 WIDTH}, both below 1e-10. */
const WIDTH = 6;
/** Nodes in the upper half plane, for each step and at least. */
const NODES = 3;
const FEWEST = 30;

/** What stands at each end of a trace, in the eigenbasis of E S̃: a matrix, row-major (d, d), or its diagonal. */
interface Ends {
  readonly gamma: Float64Array;
  readonly inverseGamma: Float64Array;
  readonly excess: Float64Array;
  readonly inverseLambda: Float64Array;
}

/** The tables of powers 0..steps. */
export function equivalentTables({ m, ...alignment }: AlignmentParams & { m: number }, steps: number): TableSource {
  const { c, ends } = populationOf(alignment);
  const d = c.length;
  const { lower, upper } = spectralEdges({ spectrum: c, m });
  const edge = Math.max(1 - lower, upper - 1);
  const radius = edge * Math.exp(WIDTH / Math.max(steps, 3));
  const contour = contourNodes(c, m, radius, Math.max(FEWEST, NODES * steps));
  const { q, theta } = contour;
  const weighted = (part: Float64Array, weights: Float64Array): Float64Array => {
    const out = part.slice();
    for (let at = 0, node = 0; node < theta.length; node++) for (let i = 0; i < d; i++) out[at++] *= weights[i];
    return out;
  };
  const diagonal = (weights: Float64Array): Form => bilinearForm(q, d, weighted(q.re, weights), weighted(q.im, weights));
  const full = (matrix: Float64Array): Form =>
    bilinearForm(q, d, multiply(q.re, matrix, theta.length, d, d), multiply(q.im, matrix, theta.length, d, d));
  const onDiagonal = (matrix: Float64Array): Float64Array => c.map((value, i) => value * matrix[matrix.length === d ? i : i * (d + 1)]);
  const square = diagonal(c.map((value) => value * value));
  const over = { gamma: diagonal(onDiagonal(ends.inverseGamma)), lambda: diagonal(onDiagonal(ends.inverseLambda)) };
  const times = { gamma: diagonal(onDiagonal(ends.gamma)), excess: diagonal(onDiagonal(ends.excess)) };
  const joined = (X: Float64Array, Y: Float64Array): Form => {
    const both = X.map((value, at) => value * Y[at]);
    return both.length === d ? diagonal(both) : full(both);
  };
  const { gamma, inverseGamma, excess, inverseLambda } = ends;
  const traces = {
    plain: integrand(m, contour, { plain: joined(inverseGamma, gamma), over: over.gamma, times: times.gamma, square }),
    rows: integrand(m, contour, { plain: joined(inverseGamma, excess), over: over.gamma, times: times.excess, square }),
    loop: integrand(m, contour, { plain: joined(inverseLambda, excess), over: over.lambda, times: times.excess, square }, true),
    end: integrand(m, contour, { plain: joined(inverseLambda, gamma), over: over.lambda, times: times.gamma, square }, true),
  };
  let [scale, waves] = [edge, wavesOf(theta, radius, edge, steps)];
  return {
    noiseless: edge,
    table(part, growth) {
      if (growth !== scale) [scale, waves] = [growth, wavesOf(theta, radius, growth, steps)];
      return tableOf(traces[part], waves, steps + 1);
    },
  };
}

/** c_i and the ends in its basis. */
function populationOf({ covariance, target = covariance, n, noise = 0 }: AlignmentParams): { c: Float64Array; ends: Ends } {
  const surplus = covariance.trace + noise * noise;
  if (covariance.isDiagonal && target.isDiagonal) {
    const [lambdas, sigmas] = [Float64Array.from(covariance.matrix.diag()), target.matrix.diag()];
    const excess = lambdas.map((lambda) => (lambda + surplus) / n);
    const gamma = lambdas.map((lambda, i) => lambda + excess[i]);
    return {
      c: gamma.map((value, i) => sigmas[i] / value),
      ends: { gamma, inverseGamma: gamma.map((value) => 1 / value), excess, inverseLambda: lambdas.map((lambda) => 1 / lambda) },
    };
  }
  const { d, eigenvalues } = covariance;
  const gammas = gammaEigenvalues({ covariance, n, noise });
  const Q = rowMajor(covariance.eigenvectors);
  const rotated = multiply(transpose(Q, d), multiply(rowMajor(target.matrix), Q, d, d, d), d, d, d);
  const whitened = rotated.map((value, at) => value / Math.sqrt(gammas[Math.floor(at / d)] * gammas[at % d]));
  const { values, vectors } = eigen(whitened, d);
  const columns = transpose(vectors, d);
  const turn = (spectrum: Float64Array): Float64Array =>
    multiply(
      vectors.map((value, at) => value * spectrum[at % d]),
      columns,
      d,
      d,
      d,
    );
  return {
    c: values.map((value) => Math.max(value, 0)),
    ends: {
      gamma: turn(gammas),
      inverseGamma: turn(gammas.map((gamma) => 1 / gamma)),
      excess: turn(eigenvalues.map((lambda) => (lambda + surplus) / n)),
      inverseLambda: turn(eigenvalues.map((lambda) => 1 / lambda)),
    },
  };
}

/** r e^{iθ} (1 - z)^p at the nodes, over g^p and the number of nodes, (steps+1, N): real and imaginary parts, and their transposes. */
interface Waves {
  readonly cos: Float64Array;
  readonly sin: Float64Array;
  readonly cosColumns: Float64Array;
  readonly sinColumns: Float64Array;
}

function wavesOf(theta: Float64Array, radius: number, growth: number, steps: number): Waves {
  const [count, size] = [theta.length, steps + 1];
  const [cos, sin] = [new Float64Array(size * count), new Float64Array(size * count)];
  for (let p = 0; p < size; p++) {
    // 1 - z = -r e^{iθ}.
    const scale = ((p % 2 === 0 ? 1 : -1) * radius * (radius / growth) ** p) / count;
    for (let node = 0; node < count; node++) {
      cos[p * count + node] = scale * Math.cos((p + 1) * theta[node]);
      sin[p * count + node] = scale * Math.sin((p + 1) * theta[node]);
    }
  }
  return { cos, sin, cosColumns: transpose(cos, size, count), sinColumns: transpose(sin, size, count) };
}

/** The mean over all pairs of nodes of (r e^{iθ}) (r e^{iθ'}) (1 - z)^p (1 - z')^q G, over g^{p+q}, (steps+1, steps+1). */
function tableOf({ same, mirrored }: Form, { cos, sin, cosColumns, sinColumns }: Waves, size: number): Float64Array {
  const count = cos.length / size;
  const pairs = new Float64Array(count * count);
  const out = new Float64Array(size * size);
  const add = (left: Float64Array, a: Float64Array, b: Float64Array, sign: number, right: Float64Array, weight: number): void => {
    for (let at = 0; at < pairs.length; at++) pairs[at] = a[at] + sign * b[at];
    const term = multiply(multiply(left, pairs, size, count, count), right, size, count, size);
    for (let at = 0; at < out.length; at++) out[at] += (weight * term[at]) / 2;
  };
  add(cos, same.re, mirrored.re, 1, cosColumns, 1);
  add(sin, mirrored.re, same.re, -1, sinColumns, 1);
  add(sin, same.im, mirrored.im, 1, cosColumns, -1);
  add(cos, same.im, mirrored.im, -1, sinColumns, -1);
  return out;
}
