import assert from "node:assert/strict";
import { test } from "node:test";
import { findBlas } from "../../dist/linalg/blas.js";
import { withOneThread } from "../../dist/linalg/oneThread.js";

test("work runs with one BLAS thread, after which BLAS has those that it had, even when the work fails", (context) => {
  const blas = findBlas();
  const threads = blas?.find("openblas_get_num_threads", "int32_t", []) as (() => number) | undefined;
  if (!blas || !threads) return context.skip("no OpenBLAS here");
  for (const before of [1, 2]) {
    blas.setThreads(before);
    const had = threads();
    assert.equal(withOneThread(threads), 1);
    assert.equal(threads(), had);
    assert.throws(() =>
      withOneThread(() => {
        throw new Error("work");
      }),
    );
    assert.equal(threads(), had);
  }
});
