/**
 * @file A small assembler for WebAssembly with 128-bit SIMD: the kernels are written in TypeScript and built when they are first used.
 *
 * Ours. It needs no build step, no binary in the repository and no compiler at the user's; a kernel is an ordinary function over
 * expressions, so that TypeScript's loops unroll it. An expression is its bytes: used twice, it is evaluated twice, unless `let` keeps it.
 */

/** Unsigned LEB128. */
function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit integer. */
function signed(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(last ? low : low | 0x80);
    if (last) return bytes;
  }
}

const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const simd = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];
const floatBytes = (value: number): number[] => Array.from(new Uint8Array(new Float32Array([value]).buffer));

/** A class of expressions: its type in WebAssembly, and how one is made of its bytes. */
type Kind<T> = { readonly type: number; new (code: readonly number[]): T };

/** An expression: the bytes that compute it. */
abstract class Value {
  constructor(readonly code: readonly number[]) {}
  /** An instruction on this, or on this and another. */
  protected with(instruction: readonly number[], other?: Value): this {
    return new (this.constructor as Kind<this>)([...this.code, ...(other?.code ?? []), ...instruction]);
  }
}

/** A 32-bit integer or an address in bytes. */
export class I32 extends Value {
  static readonly type = 0x7f;
  add(other: I32 | number): I32 {
    return other === 0 ? this : this.with([0x6a], int(other));
  }
  sub(other: I32 | number): I32 {
    return this.with([0x6b], int(other));
  }
  mul(other: I32 | number): I32 {
    return this.with([0x6c], int(other));
  }
  and(other: I32 | number): I32 {
    return this.with([0x71], int(other));
  }
  lt(other: I32 | number): I32 {
    return this.with([0x48], int(other));
  }
  gt(other: I32 | number): I32 {
    return this.with([0x4a], int(other));
  }
  /** The smaller of two signed integers. */
  min(other: I32): I32 {
    return new I32([...this.code, ...other.code, ...this.lt(other).code, 0x1b]);
  }
  toF32(): F32 {
    return new F32([...this.code, 0xb2]);
  }
}

/** Floats, one or several side by side. */
abstract class Floats extends Value {
  /** The instruction for + (0), - (1), * (2) or / (3), which follow each other in every type. */
  protected abstract arithmetic(which: number): readonly number[];
  add(other: this): this {
    return this.with(this.arithmetic(0), other);
  }
  sub(other: this): this {
    return this.with(this.arithmetic(1), other);
  }
  mul(other: this): this {
    return this.with(this.arithmetic(2), other);
  }
  div(other: this): this {
    return this.with(this.arithmetic(3), other);
  }
}

/** A 32-bit float. */
export class F32 extends Floats {
  static readonly type = 0x7d;
  protected override arithmetic(which: number): readonly number[] {
    return [0x92 + which];
  }
  max(other: F32): F32 {
    return this.with([0x97], other);
  }
  sqrt(): F32 {
    return this.with([0x91]);
  }
  splat(): F32x4 {
    return new F32x4([...this.code, ...simd(19)]);
  }
}

/** A 64-bit float. */
export class F64 extends Floats {
  static readonly type = 0x7c;
  protected override arithmetic(which: number): readonly number[] {
    return [0xa0 + which];
  }
}

/** Two 64-bit floats. */
export class F64x2 extends Floats {
  static readonly type = 0x7b;
  static zero(): F64x2 {
    return new F64x2(F32x4.zero().code);
  }
  protected override arithmetic(which: number): readonly number[] {
    return simd(0xf0 + which);
  }
  /** The lower lanes of this and of another, or the upper ones: the rows of a transposed 2 x 2 matrix. */
  zip(other: F64x2, half: "lower" | "upper"): F64x2 {
    const from = half === "lower" ? 0 : 8;
    const lanes = [0, 1, 2, 3, 4, 5, 6, 7].map((byte) => from + byte);
    return this.with([...simd(13), ...lanes, ...lanes.map((lane) => 16 + lane)], other);
  }
  lane(index: 0 | 1): F64 {
    return new F64([...this.code, ...simd(33), index]);
  }
}

/** Four 32-bit floats. */
export class F32x4 extends Floats {
  static readonly type = 0x7b;
  static zero(): F32x4 {
    return F32x4.constant(0);
  }
  static constant(value: number): F32x4 {
    const bytes = floatBytes(value);
    return new F32x4([...simd(12), ...bytes, ...bytes, ...bytes, ...bytes]);
  }
  protected override arithmetic(which: number): readonly number[] {
    return simd(0xe4 + which);
  }
  min(other: F32x4): F32x4 {
    return this.with(simd(0xea), other);
  }
  max(other: F32x4): F32x4 {
    return this.with(simd(0xeb), other);
  }
  sqrt(): F32x4 {
    return this.with(simd(0xe3));
  }
  nearest(): F32x4 {
    return this.with(simd(0x6a));
  }
  /** All bits set where this is greater, else none. */
  gt(other: F32x4): F32x4 {
    return this.with(simd(0x44), other);
  }
  /** Bitwise and: keeps what a mask of `gt` selects. */
  and(mask: F32x4): F32x4 {
    return this.with(simd(0x4e), mask);
  }
  /** The bits of each lane as an integer, shifted left. */
  shiftLeft(bits: number): F32x4 {
    return this.with([0x41, ...signed(bits), ...simd(0xab)]);
  }
  lane(index: 0 | 1 | 2 | 3): F32 {
    return new F32([...this.code, ...simd(31), index]);
  }
  /** The lower two lanes as 64-bit floats. */
  low(): F64x2 {
    return new F64x2([...this.code, ...simd(0x5f)]);
  }
  /** The upper two lanes moved to the lower two; `this` must be cheap, it is evaluated twice. */
  upper(): F32x4 {
    return this.with([...simd(13), ...[8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]], this);
  }
}

export type Expression = I32 | F32 | F64 | F64x2 | F32x4;

/** A number as an integer constant. */
export function int(value: I32 | number): I32 {
  return typeof value === "number" ? new I32([0x41, ...signed(value)]) : value;
}

/** A float constant. */
export function float(value: number): F32 {
  return new F32([0x43, ...floatBytes(value)]);
}

const memory = (align: number, offset: number): number[] => [align, ...unsigned(offset)];

/** Reads memory at an address in bytes plus a constant offset. */
export const load = {
  f32: (at: I32, offset = 0): F32 => new F32([...at.code, 0x2a, ...memory(2, offset)]),
  i32: (at: I32, offset = 0): I32 => new I32([...at.code, 0x28, ...memory(2, offset)]),
  f32x4: (at: I32, offset = 0): F32x4 => new F32x4([...at.code, ...simd(0), ...memory(2, offset)]),
  f64x2: (at: I32, offset = 0): F64x2 => new F64x2([...at.code, ...simd(0), ...memory(3, offset)]),
  /** One double in both lanes. */
  splat64: (at: I32, offset = 0): F64x2 => new F64x2([...at.code, ...simd(10), ...memory(3, offset)]),
  /** One float in all four lanes. */
  splat: (at: I32, offset = 0): F32x4 => new F32x4([...at.code, ...simd(9), ...memory(2, offset)]),
};

/** A variable of a kernel. */
export interface Variable<T> {
  readonly index: number;
  readonly value: T;
}

/** The body of a kernel under construction. */
export class KernelBody {
  readonly code: number[] = [];
  readonly localTypes: number[] = [];
  /** Comes before the code. */
  readonly beginning: number[] = [];
  private readonly constants = new Map<number, F32x4>();
  constructor(
    private readonly parameters: number,
    private readonly fused: boolean,
  ) {}

  private emit(...bytes: readonly number[]): void {
    for (const byte of bytes) this.code.push(byte);
  }

  /** The index of a new local variable. */
  private local(type: number): number {
    this.localTypes.push(type);
    return this.parameters + this.localTypes.length - 1;
  }

  /** A new variable with a first value. */
  variable<T extends Expression>(initial: T): Variable<T> {
    const kind = initial.constructor as unknown as Kind<T>;
    const index = this.local(kind.type);
    this.emit(...initial.code, 0x21, ...unsigned(index));
    return { index, value: new kind([0x20, ...unsigned(index)]) };
  }

  /** Evaluates an expression once and gives it a name. */
  let<T extends Expression>(value: T): T {
    return this.variable(value).value;
  }

  /** A float in all four lanes, made once at the kernel's beginning: inside a loop the engine would make it anew in every turn. */
  constant(value: number): F32x4 {
    let constant = this.constants.get(value);
    if (!constant) {
      const index = this.local(F32x4.type);
      this.beginning.push(...F32x4.constant(value).code, 0x21, ...unsigned(index));
      constant = new F32x4([0x20, ...unsigned(index)]);
      this.constants.set(value, constant);
    }
    return constant;
  }

  set<T extends Expression>(variable: Variable<T>, value: T): void {
    this.emit(...value.code, 0x21, ...unsigned(variable.index));
  }

  /** a b + c, in one rounding where the machine has it. */
  madd(a: F32x4, b: F32x4, c: F32x4): F32x4 {
    return this.fused ? new F32x4([...a.code, ...b.code, ...c.code, ...simd(0x105)]) : a.mul(b).add(c);
  }

  /** The sum of the four lanes. */
  sum(v: F32x4): F32 {
    const all = this.let(v);
    const half = this.let(all.add(all.upper()));
    return this.let(half.lane(0).add(half.lane(1)));
  }

  /** The largest of the four lanes. */
  largest(v: F32x4): F32 {
    const all = this.let(v);
    const [a, b, c, d] = ([0, 1, 2, 3] as const).map((index) => all.lane(index));
    return this.let(a.max(b).max(c.max(d)));
  }

  store(at: I32, value: F32 | F64 | F64x2 | F32x4, offset = 0): void {
    const how = value instanceof F32 ? [0x38] : value instanceof F64 ? [0x39] : simd(11);
    this.emit(...at.code, ...value.code, ...how, ...memory(2, offset));
  }

  /** for (i = start; i < end; i += step); a start at or past the end skips the body. */
  for(start: I32 | number, end: I32 | number, step: I32 | number, body: (i: I32) => void): void {
    const i = this.variable(int(start));
    const stop = this.let(int(end));
    this.emit(...i.value.lt(stop).code, 0x04, 0x40, 0x03, 0x40);
    body(i.value);
    this.set(i, i.value.add(step));
    this.emit(...i.value.lt(stop).code, 0x0d, 0x00, 0x0b, 0x0b);
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    this.emit(...condition.code, 0x04, 0x40);
    then();
    if (otherwise) {
      this.emit(0x05);
      otherwise();
    }
    this.emit(0x0b);
  }

  /** Calls a kernel of the same module. */
  call(kernel: number, ...args: readonly (I32 | F32)[]): void {
    for (const argument of args) this.emit(...argument.code);
    this.emit(0x10, ...unsigned(kernel));
  }
}

/** What a parameter is: an integer (or address) or a float. */
export type ParameterKind = "i32" | "f32";
type Arguments<P extends readonly ParameterKind[]> = { -readonly [K in keyof P]: P[K] extends "f32" ? F32 : I32 };

/** A module of kernels that share one memory. */
export class KernelModule {
  private readonly functions: { readonly name: string; readonly type: number[]; readonly body: number[] }[] = [];
  /** @param fused whether a b + c may be rounded once (relaxed SIMD) */
  constructor(private readonly fused: boolean) {}

  /**
   * Adds a kernel without result.
   * @returns its number, for `call`
   */
  add<const P extends readonly ParameterKind[]>(
    name: string,
    parameters: P,
    write: (body: KernelBody, ...args: Arguments<P>) => void,
  ): number {
    const body = new KernelBody(parameters.length, this.fused);
    const args = parameters.map((kind, i) => new (kind === "f32" ? F32 : I32)([0x20, ...unsigned(i)]));
    (write as (body: KernelBody, ...args: (I32 | F32)[]) => void)(body, ...args);
    const locals = body.localTypes.flatMap((type) => [1, type]);
    const type = [0x60, ...sized(parameters.map((kind) => (kind === "f32" ? F32.type : I32.type))), 0];
    this.functions.push({
      name,
      type,
      body: sized([...unsigned(body.localTypes.length), ...locals, ...body.beginning, ...body.code, 0x0b]),
    });
    return this.functions.length - 1;
  }

  /** The module's bytes; it imports `env.memory`, a memory of any size, shared between threads or not. */
  bytes(shared = true): Uint8Array {
    const section = (id: number, items: readonly (readonly number[])[]): number[] => {
      return [id, ...sized([...unsigned(items.length), ...items.flat()])];
    };
    const text = (value: string): number[] => sized(Array.from(value, (letter) => letter.charCodeAt(0)));
    const types = this.functions.map(({ type }) => type);
    const imports = [[...text("env"), ...text("memory"), 0x02, shared ? 0x03 : 0x01, 0, ...unsigned(65536)]];
    const numbers = this.functions.map((_, i) => unsigned(i));
    const exports = this.functions.map(({ name }, i) => [...text(name), 0, ...unsigned(i)]);
    const bodies = this.functions.map(({ body }) => body);
    const sections = [section(1, types), section(2, imports), section(3, numbers), section(7, exports), section(10, bodies)];
    return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, ...sections.flat()]);
  }
}
