/**
 * @file Batched products by BLAS on several threads of the processor.
 *
 * OpenBLAS's own threads share out one product, which for small matrices costs more than it saves. Here each thread takes a piece of
 * the batch, then the next, until none is left; which thread takes which piece changes no bit. The matrices stay where they are: the
 * calling thread waits until all are done, so that their addresses hold meanwhile. Workers that have not started yet, or whose core is
 * busy, take no piece and are not waited for.
 */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { isMainThread, Worker } from "node:worker_threads";
import type { Lapack } from "./lapack";
import { withOneThread } from "./oneThread";
import { waitWhile } from "./waitWhile";

/** What the threads share: integers that say what is to be done, and the batch as numbers. */
export interface BatchBoard {
  readonly control: Int32Array;
  readonly batch: Float64Array;
}

/** Places in `control`: jobs so far, pieces left, workers at a piece, pieces whose results are not all finite, workers that broke off. */
const [JOBS, LEFT, BUSY, FAILED, BROKEN] = [0, 1, 2, 3, 4] as const;
/** Places in `batch`: d, the number of matrices, matrices in a piece, the addresses of A, B and C. */
const [D, COUNT, PIECE, A, B, C] = [0, 1, 2, 3, 4, 5] as const;

/** Numbers of one factor in a piece: three such pieces stay in a core's second-level cache. */
const PIECE_NUMBERS = 2 ** 15;

/** Multiplications from which waking other threads, which takes tens of microseconds, pays. */
const WORTH_THREADS = 2 ** 20;

/** Most threads at once. */
const MOST_THREADS = 64;

/** Takes pieces until none is left. */
function takePieces({ multiplyEach }: Lapack, { control, batch }: BatchBoard): void {
  for (let piece = Atomics.sub(control, LEFT, 1); piece > 0; piece = Atomics.sub(control, LEFT, 1)) {
    const [d, size] = [batch[D], batch[PIECE]];
    const first = (piece - 1) * size;
    const offset = 8 * d * d * first;
    const finite = multiplyEach(d, Math.min(size, batch[COUNT] - first), batch[A] + offset, batch[B] + offset, batch[C] + offset);
    if (!finite) Atomics.add(control, FAILED, 1);
  }
}

/** The loop of a worker thread; it ends with the process. */
export function serve(lapack: Lapack, board: BatchBoard): never {
  const { control } = board;
  for (;;) {
    const seen = Atomics.load(control, JOBS);
    // Counted before it looks for a piece: the calling thread does not return while a piece is in work.
    Atomics.add(control, BUSY, 1);
    try {
      takePieces(lapack, board);
    } catch {
      // The caller must not wait for ever, nor take the piece for done.
      Atomics.add(control, BROKEN, 1);
    }
    Atomics.sub(control, BUSY, 1);
    Atomics.notify(control, BUSY);
    waitWhile(control, JOBS, seen);
  }
}

let team: { readonly board: BatchBoard; readonly threads: number } | undefined;

/** The board of a team of at least so many threads; workers end with the process and do not keep it alive. */
function boardFor(threads: number): BatchBoard {
  const board = team?.board ?? {
    control: new Int32Array(new SharedArrayBuffer(64)),
    batch: new Float64Array(new SharedArrayBuffer(64)),
  };
  for (let i = team?.threads ?? 1; i < threads; i++) {
    const worker = new Worker(join(__dirname, "batchWorker.js"), { workerData: board });
    // A worker that cannot start leaves the work to the others.
    worker.on("error", () => {});
    worker.unref();
  }
  team = { board, threads: Math.max(threads, team?.threads ?? 1) };
  return board;
}

/**
 * C_i := A_i B_i for matrices (d, d), row-major, one after another in the arrays A, B, C; whether all results are finite.
 * Work too small to share stays on the calling thread, and so does that of a library which is called for each matrix.
 * @param threads at most so many; by default all cores, but one in a worker thread, which is one of several already
 */
export function multiplyBatch(
  lapack: Lapack,
  d: number,
  count: number,
  arrays: readonly [Float64Array, Float64Array, Float64Array],
  threads = isMainThread ? availableParallelism() : 1,
): boolean {
  const pieceSize = Math.max(1, Math.floor(PIECE_NUMBERS / (d * d)));
  const pieces = Math.ceil(count / pieceSize);
  const wanted = lapack.batches && count * d ** 3 >= WORTH_THREADS ? Math.min(threads, pieces, MOST_THREADS) : 1;
  const board = boardFor(wanted);
  const { control, batch } = board;
  batch.set([d, count, pieceSize, ...arrays.map(lapack.address)]);
  control[FAILED] = control[BROKEN] = 0;
  withOneThread(() => {
    try {
      // Last: from here on the pieces can be taken.
      Atomics.store(control, LEFT, pieces);
      if (wanted > 1) {
        Atomics.add(control, JOBS, 1);
        Atomics.notify(control, JOBS, wanted - 1);
      }
      takePieces(lapack, board);
    } finally {
      Atomics.store(control, LEFT, 0);
      for (let busy = Atomics.load(control, BUSY); busy > 0; busy = Atomics.load(control, BUSY)) waitWhile(control, BUSY, busy);
    }
  });
  if (control[BROKEN] !== 0) throw new Error("batchedProduct: a worker thread broke off; with threads: 1 there is none");
  return control[FAILED] === 0;
}
