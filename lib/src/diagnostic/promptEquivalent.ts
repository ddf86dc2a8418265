/** @file The error of k steps on a finite prompt of many features, without drawing one, for any preconditioner. Ours. */
import { backendFor } from "../linalg/backend";
import { multiply, transpose } from "../linalg/dense";
import { multiplyBy } from "../linalg/product";

/** What the errors of one preconditioner A and one Σ are found from. */
export interface Operators {
  /** AΣ, row-major (d, d). */
  readonly product: Float64Array;
  /** Fᵀ and AF with FFᵀ = Σ, row-major (d, d); not needed at m = ∞. */
  readonly root?: { readonly transposed: Float64Array; readonly stepped: Float64Array };
}

/** The prompts. */
export interface EquivalentPrompts {
  readonly d: number;
  /** m; Infinity: S = Σ. */
  readonly m: number;
  /** Random signs, or the unit vectors for exact traces, row-major (d, q). */
  readonly start: Float64Array;
  /** q. */
  readonly probes: number;
}

/** Traces of the mean propagators P_0..P_K of Σ multiplied by a scale; row-major (K+1, K+1). */
interface Basis {
  readonly scale: number;
  /** g: P_t is divided by g^t, so that nothing leaves the range of doubles. */
  readonly growth: number;
  /** tr(sAΣ P_{j-1})/m at j, and 1 at 0, over g^j. */
  readonly feedback: Float64Array;
  /** tr P_p P_qᵀ, tr ΣP_p P_qᵀ, tr P_p AΣAᵀ P_qᵀ, tr ΣP_p AΣAᵀ P_qᵀ; the last three only for finite m. */
  readonly tables: readonly Float64Array[];
}

/** A sum that is by so much smaller than the terms it is formed from is not trusted. */
const RESOLUTION = 1e-9;
/** Errors are kept within this factor of 1 by the growth. */
const RANGE = 1e120;

/**
 * Prepares the errors of one A and one Σ: for a factor s on Σ, k ↦ ln 𝓔_k, in the limit of large d and m. For a symmetric A it is
 * `nonCommutingEquivalent`; here A may be what a mixture learns, which is not symmetric.
 *
 * Of S = F(ZZᵀ/m)Fᵀ a step e ← e - ASe sees v_t = ZᵀFᵀe_t. Each entry of v_t is a normal number of covariance C(t, u) = E e_tᵀΣe_u less what
 * the same row of Zᵀ did in earlier steps, v = (1 + r)⁻¹g with r_j = tr(AΣ P_{j-1})/m, and the mean of a step is that of a memory:
 *   P_{t+1} = P_t - AΣ Σ_{u<=t} κ_{t-u} P_u,  κ = (1 + r)⁻¹ as sequences,  P_0 = I.
 * What remains of the step is noise of covariance V(t, u)/m AΣAᵀ with V = κCκᵀ, so that
 *   C(t, u) = tr ΣP_tP_uᵀ + (1/m) Σ_{a<t, b<u} V(a, b) tr ΣP_{t-1-a} AΣAᵀ P_{u-1-b}ᵀ,
 * and 𝓔_k is the same at t = u = k without the leading Σ. It takes 4K products of a (d, d) matrix with q vectors, once: for another scale the
 * propagators are combinations of those there are, and only where that cancels are they computed anew.
 * @param prepare forms the operators; called again for every scale that needs propagators of its own
 * @param most K: the most steps
 */
export function equivalentCurves(
  prepare: () => Operators,
  prompts: EquivalentPrompts,
  most: number,
): (scale: number, steps: number) => Float64Array {
  const bases: Basis[] = [];
  const add = (operators: Operators, scale: number): Basis => {
    const basis = basisAt(operators, prompts, scale, most);
    bases.push(basis);
    return basis;
  };
  return (scale, steps) => {
    if (bases.length === 0) add(prepare(), scale);
    const distance = (basis: Basis): number => Math.abs(Math.log(basis.scale / scale));
    const nearest = bases.reduce((best, basis) => (distance(basis) < distance(best) ? basis : best));
    return errorsAt(nearest, prompts.m, scale, steps) ?? errorsAt(add(prepare(), scale), prompts.m, scale, steps, true)!;
  };
}

/** κ_0..κ_t of (1 + r)⁻¹, r_0 = 1 standing for the 1. */
function inverseSequence(feedback: Float64Array, count: number): Float64Array {
  const kappa = new Float64Array(count);
  kappa[0] = 1;
  for (let t = 1; t < count; t++) for (let j = 1; j <= t; j++) kappa[t] -= feedback[j] * kappa[t - j];
  return kappa;
}

/** The propagators of a scale, applied to the probes, and their traces. */
function basisAt(operators: Operators, prompts: EquivalentPrompts, scale: number, most: number): Basis {
  let growth = 1;
  for (let attempt = 0; ; attempt++) {
    const basis = propagate(operators, prompts, scale, most, growth);
    const last = basis.tables[0][(most + 1) ** 2 - 1] / prompts.d;
    if ((last < RANGE && (last > 1 / RANGE || last === 0)) || attempt === 40) return basis;
    growth *= Number.isFinite(last) && last > 0 ? last ** (0.5 / most) : 4;
  }
}

/** M times q columns, by what is fastest for the large M: a product with few columns takes the time of reading it. */
function times(M: Float64Array, columns: Float64Array, d: number, q: number, out: Float64Array = new Float64Array(d * q)): Float64Array {
  multiplyBy(backendFor(d))(false, false, d, q, d, M, columns, out);
  return out;
}

function propagate(
  { product, root }: Operators,
  { d, m, start, probes }: EquivalentPrompts,
  scale: number,
  most: number,
  growth: number,
): Basis {
  const size = d * probes;
  // tr B is the sum of XᵀBX over the number of times that X holds the identity.
  const copies = start.reduce((sum, value) => sum + value * value, 0) / d;
  const feedback = new Float64Array(most + 2);
  feedback[0] = 1;
  const kappa = new Float64Array(most + 1);
  const first = new Float64Array((most + 1) * size);
  const second = root && new Float64Array((most + 1) * size);
  first.set(start);
  second?.set(times(root!.stepped, start, d, probes));
  const remembered = new Float64Array(size);
  const pushed = new Float64Array(size);
  const push = (states: Float64Array, t: number): Float64Array => {
    remembered.fill(0);
    for (let u = 0; u <= t; u++) {
      const factor = kappa[t - u];
      if (factor !== 0) for (let at = 0, from = u * size; at < size; at++) remembered[at] += factor * states[from + at];
    }
    return times(product, remembered, d, probes, pushed);
  };
  const move = (states: Float64Array, t: number): void => {
    const change = push(states, t);
    for (let at = 0, from = t * size; at < size; at++) states[from + size + at] = (states[from + at] - scale * change[at]) / growth;
  };
  for (let t = 0; t < most; t++) {
    // κ_t needs r_t = tr(sAΣP_{t-1})/m.
    kappa[t] = inverseSequence(feedback, t + 1)[t];
    move(first, t);
    if (second) move(second, t);
    if (Number.isFinite(m)) feedback[t + 1] = feedbackOf(t);
  }
  // The one after the last, for the algebra of other scales.
  if (Number.isFinite(m)) {
    kappa[most] = inverseSequence(feedback, most + 1)[most];
    feedback[most + 1] = feedbackOf(most);
  }
  const gram = (states: Float64Array): Float64Array => {
    const table = multiply(states, transpose(states, most + 1, size), most + 1, size, most + 1);
    return table.map((value) => value / copies);
  };
  const seen = (states: Float64Array): Float64Array => {
    const out = new Float64Array(states.length);
    for (let t = 0; t <= most; t++) {
      times(root!.transposed, states.subarray(t * size, (t + 1) * size), d, probes, out.subarray(t * size, (t + 1) * size));
    }
    return out;
  };
  const tables = second ? [gram(first), gram(seen(first)), gram(second), gram(seen(second))] : [gram(first)];
  return { scale, growth, feedback, tables };

  /** tr(sAΣ P_t)/m/g. */
  function feedbackOf(t: number): number {
    times(product, first.subarray(t * size, (t + 1) * size), d, probes, pushed);
    let sum = 0;
    for (let at = 0; at < size; at++) sum += start[at] * pushed[at];
    return (scale * sum) / (copies * m * growth);
  }
}

/** ln 𝓔_0..𝓔_steps at a scale from the propagators of another; undefined where they cancel, unless `certain`. */
function errorsAt(basis: Basis, m: number, scale: number, steps: number, certain = false): Float64Array | undefined {
  const size = Math.round(Math.sqrt(basis.tables[0].length));
  const { growth, tables } = basis;
  const own = scale === basis.scale;
  const rows = steps + 1;
  const { coefficients, kappa } = own
    ? { coefficients: undefined, kappa: inverseSequence(basis.feedback, rows) }
    : propagators(basis, scale / basis.scale, rows);
  const turned = (table: Float64Array, factor: number): Float64Array => {
    const part = new Float64Array(rows * rows);
    for (let p = 0; p < rows; p++) for (let q = 0; q < rows; q++) part[p * rows + q] = factor * table[p * size + q];
    if (!coefficients) return part;
    return multiply(multiply(coefficients, part, rows, rows, rows), transpose(coefficients, rows), rows, rows, rows);
  };
  const plain = turned(tables[0], 1);
  if (coefficients && !certain) {
    for (let t = 0; t < rows; t++) {
      let terms = 0;
      for (let j = 0; j <= t; j++) terms += Math.abs(coefficients[t * rows + j]) * Math.sqrt(tables[0][j * (size + 1)]);
      if (!(plain[t * (rows + 1)] > RESOLUTION * terms * terms)) return undefined;
    }
  }
  const errors = Float64Array.from({ length: rows }, (_, t) => plain[t * (rows + 1)]);
  if (tables.length > 1) {
    // Σ is s times what the tables were made with, wherever it stands; AΣAᵀ too.
    const unit = scale;
    const [seen, noise, both] = [turned(tables[1], unit), turned(tables[2], unit), turned(tables[3], unit * unit)];
    addNoise(errors, rows, kappa, m * growth * growth, { seen, noise, both });
  }
  return errors.map((value, t) => Math.log(Math.max(value, Number.MIN_VALUE)) + 2 * t * Math.log(growth));
}

/** P_t of another scale, of which AΣ is `ratio` times the basis's, as combinations of the basis's own, row-major (rows, rows), with κ. */
function propagators({ feedback, growth }: Basis, ratio: number, rows: number): { coefficients: Float64Array; kappa: Float64Array } {
  const B = new Float64Array(rows * rows);
  B[0] = 1;
  const own = new Float64Array(rows + 1);
  own[0] = 1;
  let kappa: Float64Array = own;
  const remembered = new Float64Array(rows + 1);
  for (let t = 0; t < rows; t++) {
    kappa = inverseSequence(own, t + 1);
    if (t === rows - 1) break;
    remembered.fill(0);
    for (let u = 0; u <= t; u++) for (let j = 0; j <= u; j++) remembered[j] += kappa[t - u] * B[u * rows + j];
    // sAΣ P_j = Σ_{u<=j} r_{j-u} (P_u - g P_{u+1}) of the basis, from g P_{j+1} = P_j - sAΣ Σ κ_{j-u} P_u for all j.
    for (let j = 0; j <= t; j++) {
      B[(t + 1) * rows + j] += B[t * rows + j] / growth;
      for (let u = 0; u <= j; u++) {
        const value = ratio * remembered[j] * feedback[j - u];
        B[(t + 1) * rows + u] -= value / growth;
        B[(t + 1) * rows + u + 1] += value;
      }
    }
    own[t + 1] = 0;
    for (let j = 0; j <= t; j++) own[t + 1] += ratio * B[t * rows + j] * feedback[j + 1];
  }
  return { coefficients: B, kappa };
}

/** Adds (1/m) Σ_{a, b < t} V(a, b) L(t - 1 - a, t - 1 - b), with V = κCκᵀ and C by the recursion. */
function addNoise(
  errors: Float64Array,
  rows: number,
  kappa: Float64Array,
  m: number,
  { seen, noise, both }: Readonly<Record<"seen" | "noise" | "both", Float64Array>>,
): void {
  const C = new Float64Array(rows * rows);
  const half = new Float64Array(rows);
  const V = new Float64Array(rows * rows);
  const sumOf = (L: Float64Array, t: number, u: number): number => {
    let sum = 0;
    for (let a = 0; a < t; a++) {
      const [left, right] = [a * rows, (t - 1 - a) * rows + u - 1];
      for (let b = 0; b < u; b++) sum += V[left + b] * L[right - b];
    }
    return sum / m;
  };
  for (let t = 0; t < rows; t++) {
    if (t > 0) errors[t] += sumOf(noise, t, t);
    // Row t of V, up to its diagonal: all of C that it needs has indices up to t.
    for (let u = 0; u <= t; u++) {
      const value = seen[t * rows + u] + (u > 0 ? sumOf(both, t, u) : 0);
      C[t * rows + u] = value;
      C[u * rows + t] = value;
    }
    for (let u = 0; u <= t; u++) {
      half[u] = 0;
      for (let a = 0; a <= t; a++) half[u] += kappa[t - a] * C[a * rows + u];
    }
    for (let u = 0; u <= t; u++) {
      let sum = 0;
      for (let b = 0; b <= u; b++) sum += kappa[u - b] * half[b];
      V[t * rows + u] = sum;
      V[u * rows + t] = sum;
    }
  }
}
