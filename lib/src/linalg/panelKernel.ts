/** @file The panel products by WebAssembly, two numbers at a time. */
import { type AddProducts, addProducts } from "./panels";
import { instantiateKernels, ownMemory } from "./simdModule";
import { F64x2, type KernelModule, load } from "./wasmAssembler";

type Kernel = (x: number, xRows: number, y: number, yRows: number, width: number, out: number, outRow: number) => void;

/**
 * Products and sums are rounded apart, never fused: whether a machine fuses them differs, and so the bits are those of the
 * TypeScript code everywhere.
 */
function kernels(module: KernelModule): { addProducts: number } {
  return {
    addProducts: module.add(
      "addProducts",
      ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
      (f, x, xRows, y, yRows, width, out, outRow) => {
        const rowBytes = f.let(width.mul(8));
        f.for(0, xRows, 4, (i) => {
          const start = f.let(x.add(i.mul(rowBytes)));
          const end = f.let(start.add(rowBytes.mul(4)));
          const to = f.let(out.add(i.mul(outRow)));
          f.for(0, yRows, 4, (j) => {
            const sums = Array.from({ length: 4 }, () => [f.variable(F64x2.zero()), f.variable(F64x2.zero())] as const);
            const b = f.variable(y.add(j.mul(rowBytes)));
            f.for(start, end, 32, (a) => {
              const right = [f.let(load.f64x2(b.value)), f.let(load.f64x2(b.value, 16))] as const;
              sums.forEach((pair, row) => {
                const left = f.let(load.splat64(a, 8 * row));
                for (const half of [0, 1] as const) f.set(pair[half], pair[half].value.add(left.mul(right[half])));
              });
              f.set(b, b.value.add(32));
            });
            const at = f.variable(to.add(j.mul(8)));
            for (const pair of sums) {
              for (const half of [0, 1] as const) f.store(at.value, pair[half].value.add(load.f64x2(at.value, 16 * half)), 16 * half);
              f.set(at, at.value.add(outRow));
            }
          });
        });
      },
    ),
  };
}

/** Arrays for the panels X and Y and for the block of results, with what multiplies them. */
export interface PanelSpace {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly out: Float64Array;
  readonly addProducts: AddProducts;
}

/** Numbers in each of the three arrays of a {@link PanelSpace}. */
export const PANEL_SPACE = { x: 64 * 256, y: 256 * 256, out: 64 * 256 } as const;

let simd: PanelSpace | undefined;
let plain: PanelSpace | undefined;

/** The arrays for one product at a time: in WebAssembly's memory with its kernel, or plain. */
export function panelSpace(backend: "typescript" | "simd"): PanelSpace {
  const { x, y, out } = PANEL_SPACE;
  if (backend === "typescript") {
    plain ??= { x: new Float64Array(x), y: new Float64Array(y), out: new Float64Array(out), addProducts };
    return plain;
  }
  if (!simd) {
    const memory = ownMemory(8 * (x + y + out));
    const kernel = instantiateKernels<{ addProducts: Kernel }>("f64 panels", kernels, memory).addProducts;
    simd = {
      x: new Float64Array(memory.buffer, 0, x),
      y: new Float64Array(memory.buffer, 8 * x, y),
      out: new Float64Array(memory.buffer, 8 * (x + y), out),
      addProducts: (a, aRows, b, bRows, width, c, stride) =>
        kernel(a.byteOffset, aRows, b.byteOffset, bRows, width, c.byteOffset, 8 * stride),
    };
  }
  return simd;
}
