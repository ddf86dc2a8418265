import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Random } from "../../dist/core/random.js";
import { Covariance } from "../../dist/model/covariance.js";
import { powerLawSpectrum } from "../../dist/model/spectrum.js";
import { cotError } from "../../dist/simulation/cotError.js";
import type { SimulationOptions } from "../../dist/simulation/engine.js";
import { closeWorkers } from "../../dist/simulation/pool.js";
import { simulate } from "../../dist/simulation/simulate.js";
import type { SimulationResult } from "../../dist/simulation/simulationResult.js";
import { reference } from "../support/lsa.ts";

const module = fileURLToPath(new URL("./coinToss.cjs", import.meta.url));
const coins = (params: object) => ({ module, name: "coins", params: { tosses: 10, ...params } });
const identity = (d: number): Covariance => Covariance.diagonal(new Float64Array(d).fill(1));
const tilted = Covariance.diagonal(powerLawSpectrum({ d: 6, exponent: 1 }));

/** Every number of a result. */
function bits(result: SimulationResult): number[] {
  return result.curves.flatMap((curve) => curve.x.flatMap((_, i) => [curve.mean[i], curve.standardError[i], ...curve.values(i)]));
}

after(closeWorkers);

suite("simulate", () => {
  test("gives the same bits for 1, 2 and 3 threads and any batch size", async () => {
    for (const experiment of [
      cotError({ train: { covariance: tilted, n: 8 }, test: tilted, m: 12, steps: 6, noise: 0.3 }),
      cotError({ train: { covariance: tilted, n: 8 }, test: tilted, m: 12, steps: 6, noise: 0.3, weights: "drawn" }),
      cotError({ train: { covariance: identity(6), n: 8 }, test: identity(6), m: 4, steps: 6 }),
      coins({}),
    ]) {
      const run = (options: Partial<SimulationOptions>) => simulate(experiment, { draws: 400, seed: 5, ...options });
      const expected = await run({ workers: 1 });
      for (const options of [{ workers: 2 }, { workers: 3, batch: 1 }, { workers: 2, batch: 7 }, { workers: 1, batch: 1000 }, {}]) {
        const other = await run(options);
        assert.deepEqual(bits(other), bits(expected));
        assert.deepEqual(other.curves[0].points, expected.curves[0].points);
      }
    }
  });

  test("other threads take part, and one failing there fails the simulation", async () => {
    // 20,000 draws of about 50 microseconds: the calling thread needs a second for them, another starts in 0.1 s.
    const options = { draws: 20_000, seed: 1, workers: 2 };
    const { curves } = await simulate({ module, export: "where", params: { slow: 2000 } }, options);
    assert.ok(curves[0].mean[0] > 0 && curves[0].mean[0] < 1, `share of the other thread: ${curves[0].mean[0]}`);
    await assert.rejects(simulate({ module, export: "where", params: { slow: 2000, failInWorker: true } }, options), /the worker is lost/);
  });

  test("draw i comes from Random.seed(seed).stream(name, i)", async () => {
    const { curves } = await simulate(coins({ tosses: 0 }), { draws: 20, seed: "s", workers: 1 });
    const expected = Array.from({ length: 20 }, (_, i) => Random.seed("s").stream("coins", i).uniform());
    assert.deepEqual([...curves[1].values(0)], expected);
  });

  test("a longer run begins with the shorter one", async () => {
    const experiment = cotError({ train: { covariance: tilted, n: 8 }, test: tilted, m: 12, steps: 3 });
    const short = await simulate(experiment, { draws: 50, seed: 1, workers: 1 });
    const long = await simulate(experiment, { draws: 80, seed: 1, workers: 1 });
    assert.deepEqual([...long.curves[0].values(2).subarray(0, 50)], [...short.curves[0].values(2)]);
  });

  test("other seeds and other names give other draws", async () => {
    const first = await simulate(coins({}), { draws: 30, seed: 1, workers: 1 });
    for (const [experiment, seed] of [
      [coins({}), 2],
      [{ ...coins({}), name: "others" }, 1],
    ] as const) {
      const other = await simulate(experiment, { draws: 30, seed, workers: 1 });
      assert.notDeepEqual([...other.curves[1].values(0)], [...first.curves[1].values(0)]);
    }
  });

  for (const workers of [1, 2]) {
    test(`a cancelled run on ${workers} thread(s) is marked and equals a shorter run`, async () => {
      const controller = new AbortController();
      const cancelled = await simulate(coins({ slow: 10_000 }), {
        draws: 100_000,
        seed: 3,
        workers,
        signal: controller.signal,
        onProgress: (done) => {
          if (done > 20) controller.abort();
        },
      });
      assert.ok(cancelled.cancelled);
      assert.equal(cancelled.requested, 100_000);
      assert.ok(cancelled.draws > 1 && cancelled.draws < 100_000, `${cancelled.draws} draws`);
      const { draws } = cancelled;
      assert.deepEqual(bits(cancelled), bits(await simulate(coins({ slow: 10_000 }), { draws, seed: 3, workers: 1 })));
    });
  }

  test("a run cancelled before it starts throws the signal's reason", async () => {
    const signal = AbortSignal.abort(new Error("not now"));
    await assert.rejects(simulate(coins({}), { draws: 10, seed: 1, signal }), /not now/);
  });

  test("reports progress up to the end, and lets timers fire meanwhile", async () => {
    const reports: { done: number; total: number }[] = [];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    try {
      await simulate(coins({ slow: 5000 }), {
        draws: 1500,
        seed: 1,
        workers: 1,
        onProgress: (done, total) => reports.push({ done, total }),
      });
    } finally {
      clearInterval(timer);
    }
    assert.deepEqual(reports.at(-1), { done: 1500, total: 1500 });
    reports.forEach((report, i) => {
      assert.ok(i === 0 || report.done >= reports[i - 1].done);
    });
    assert.ok(ticks > 0, "no timer fired during the run");
  });

  test("an exact mean lies within the standard errors that are reported: their calibration", async () => {
    // 300 runs of 100 draws each: z-scores must have unit variance, and the 95 % intervals must cover.
    const expected = reference("iso_exact:d=5,m=20,n=10,k=3").value[0];
    const experiment = cotError({ train: { covariance: identity(5), n: 10 }, test: identity(5), m: 20, steps: 3 });
    let squares = 0;
    let covered = 0;
    const runs = 300;
    for (let seed = 0; seed < runs; seed++) {
      const curve = (await simulate(experiment, { draws: 100, seed, workers: 1 })).curves[0];
      const z = (curve.mean[3] - expected) / curve.standardError[3];
      squares += z * z;
      if (Math.abs(z) < 1.96) covered++;
    }
    // A mean of 300 squared t-values of a skewed law: sd of z² is about sqrt 2 to 2, hence 0.5 for 4 sigma.
    assert.ok(Math.abs(squares / runs - 1) < 0.5, `mean z² ${squares / runs}`);
    assert.ok(Math.abs(covered / runs - 0.95) < 4 * Math.sqrt((0.95 * 0.05) / runs), `coverage ${covered / runs}`);
  });

  test("flags the heavy tail of theory: none at k = 5, the mean gone at k = 20 and 40 (d = 10, n = 20, m = 40)", async () => {
    const experiment = cotError({ train: { covariance: identity(10), n: 20 }, test: identity(10), m: 40, steps: 40 });
    for (const seed of [1, 2, 3]) {
      const { points } = (await simulate(experiment, { draws: 2000, seed })).curves[0];
      assert.equal(points[5].heavyTail, "none");
      assert.equal(points[20].heavyTail, "mean");
      assert.equal(points[40].heavyTail, "mean");
      // What the flag is about: the sample mean misses the exact one, 1.327, by far; the median is safe.
      assert.ok(points[20].mean < 0.1 * reference("iso_exact:d=10,m=40,n=20,k=20").value[0]);
      assert.ok(points[20].median.low < 1.5e-4 && points[20].median.high > 0.9e-4);
    }
  });

  test("counts diverged runs: those above their own start, or not finite", async () => {
    const gamma = Covariance.diagonal([0.5, 0.5]);
    const experiment = cotError({ gamma, test: identity(2), m: 5, steps: 400 });
    const { points } = (await simulate(experiment, { draws: 500, seed: 2, workers: 1 })).curves[0];
    const values = (await simulate(experiment, { draws: 500, seed: 2, workers: 1 })).curves[0].values(10);
    assert.equal(points[0].diverged, 0);
    assert.equal(points[10].diverged, values.filter((value) => value > 2).length / 500);
    assert.ok(points[400].diverged > 0.5);
    assert.equal(points[400].mean, Infinity);
    assert.equal(points[400].heavyTail, "mean");
  });

  test("a failing draw fails the simulation with its message", async () => {
    for (const workers of [1, 2]) {
      await assert.rejects(simulate(coins({ failAt: 150 }), { draws: 300, seed: 1, workers }), /the coin is lost/);
    }
    await assert.rejects(
      simulate({ module, export: "broken", params: {} }, { draws: 10, seed: 1, workers: 1 }),
      /must be >= 0, got NaN in draw 0/,
    );
  });

  test("rejects bad input with the name of the argument", async () => {
    const good = { draws: 10, seed: 1 };
    const bad: [unknown, object, RegExp][] = [
      [coins({}), { ...good, draws: 1 }, /draws must be an integer >= 2, got 1/],
      [coins({}), { ...good, seed: -1 }, /seed must be/],
      [coins({}), { ...good, workers: 0 }, /workers/],
      [coins({}), { ...good, batch: 0.5 }, /batch/],
      [coins({}), { ...good, draws: 1e9 }, /draws must be <=/],
      [{ kind: "nonsense", params: {} }, good, /experiment.kind must be one of "cot-error", "estimators", got "nonsense"/],
      [{ module: "./here.js", params: {} }, good, /absolute path/],
      [{ module, export: "nothing", params: {} }, good, /export/],
      [{ ...coins({}), name: "a/b" }, good, /free of slashes/],
      [{ ...coins({}), kind: "cot-error" }, good, /either kind or module/],
      [{ params: {} }, good, /either kind or module/],
      [null, good, /experiment must be an object/],
      [coins({ f: () => 1 }), good, /plain data/],
    ];
    for (const [experiment, options, message] of bad) {
      await assert.rejects(simulate(experiment as never, options as never), message);
    }
    const result = await simulate(coins({}), good);
    assert.throws(() => result.curves[0].values(2), /point must be/);
  });
});
