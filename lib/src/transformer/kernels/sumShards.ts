/** @file The gradient of a batch: the sum over its shards, and its square. */
import { F64x2, load } from "../../linalg/wasmAssembler";
import { kernel } from "./kernel";

/**
 * g[0] += g[1] + ... + g[shards - 1], in this order, for N numbers of the flat array.
 * @param g the first shard's numbers; the next shard's are `stride` numbers further
 * @param squares receives Σ g[0]² in f64
 */
export const sumShards = kernel({ count: ["N", "shards", "stride"], address: ["g", "squares"] }, (f, { N, g, shards, stride, squares }) => {
  const next = f.let(stride.mul(4));
  const total = f.variable(F64x2.zero());
  f.for(g, g.add(N.mul(4)), 16, (at) => {
    const sum = f.variable(load.f32x4(at));
    const other = f.variable(at.add(next));
    f.for(1, shards, 1, () => {
      f.set(sum, sum.value.add(load.f32x4(other.value)));
      f.set(other, other.value.add(next));
    });
    f.store(at, sum.value);
    const low = f.let(sum.value.low());
    const high = f.let(sum.value.upper().low());
    f.set(total, total.value.add(low.mul(low)).add(high.mul(high)));
  });
  f.store(squares, total.value.lane(0).add(total.value.lane(1)));
});
