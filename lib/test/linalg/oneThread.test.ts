import assert from "node:assert/strict";
import { test } from "node:test";
import { findBlas } from "../../dist/linalg/blas.js";
import { withOneThread } from "../../dist/linalg/oneThread.js";

test("work runs with one BLAS thread, after which BLAS has those that it had, even when the work fails", (context) => {
  const blas = findBlas();
  if (!blas) return context.skip("no BLAS here");
  const atFirst = blas.threads();
  for (const before of [1, 2]) {
    blas.setThreads(before);
    const had = blas.threads();
    assert.equal(withOneThread(blas.threads), 1);
    assert.equal(blas.threads(), had);
    assert.throws(() =>
      withOneThread(() => {
        throw new Error("work");
      }),
    );
    assert.equal(blas.threads(), had);
  }
  blas.setThreads(atFirst);
});
