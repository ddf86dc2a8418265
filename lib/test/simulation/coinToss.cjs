/** @file Experiments of a user's own, for the tests: found by their path, in any thread. */
const { isMainThread } = require("node:worker_threads");

/** Keeps a thread busy for a while. */
function work(iterations) {
  let sum = 0;
  for (let i = 0; i < iterations; i++) sum += Math.sin(i) ** 2;
  return sum;
}

exports.experiment = {
  kind: "coin-toss",
  prepare: ({ tosses, failAt, slow = 0 }) => ({
    curves: ["heads", "draw"],
    x: [1, 2],
    draw(random, out) {
      if (failAt !== undefined && random.name.endsWith(`/${failAt}`)) throw new Error("the coin is lost");
      let sum = 0;
      for (let i = 0; i < tosses; i++) if (random.uniform() < 0.5) sum++;
      if (work(slow) < 0) throw new Error("a sum of squares is negative");
      out[0] = sum;
      out[1] = tosses - sum;
      out[2] = random.uniform();
      out[3] = 2;
    },
  }),
};

/** 1 in a worker thread, 0 in the calling one: what no honest experiment may depend on. */
exports.where = {
  kind: "where",
  prepare: ({ slow, failInWorker }) => ({
    curves: ["worker"],
    x: [0],
    draw(_, out) {
      if (failInWorker && !isMainThread) throw new Error("the worker is lost");
      out[0] = isMainThread || work(slow) < 0 ? 0 : 1;
      if (isMainThread) work(slow);
    },
  }),
};

exports.broken = {
  kind: "broken",
  prepare: () => ({
    curves: ["c"],
    x: [0],
    draw(_, out) {
      out[0] = Number.NaN;
    },
  }),
};
