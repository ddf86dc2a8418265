/**
 * @file Exact errors on finite test prompts, against the same formula in Python's integers and fractions, and against simulation.
 *
 * The same value has two peers: straightforward Python that forms the same exact fractions, and a batched NumPy simulation. The
 * simulation's time is what it would need for a standard error of 0.1 %. That would take minutes, so it is extrapolated: the seconds of a
 * shorter run times the square of the standard error it has, in units of 0.1 %. The better of one BLAS thread and all of them counts.
 */
import { Matrix } from "ml-matrix";
import { Random } from "../lib/dist/core/random.js";
import { Covariance } from "../lib/dist/model/covariance.js";
import { gammaEigenvalues } from "../lib/dist/model/gamma.js";
import { powerLawSpectrum } from "../lib/dist/model/spectrum.js";
import { isotropicErrorCurve } from "../lib/dist/theory/finite/isotropicError.js";
import { nonCommutingError } from "../lib/dist/theory/finite/nonCommutingError.js";
import { fullCovariances } from "./covariances.ts";
import { PythonPeer } from "./peers/python.ts";
import { type ShortRun, secondsUntil, type TimedPeer } from "./rows.ts";
import { fasterOf, race, startSuite, steadySeconds } from "./suite.ts";

const suite = startSuite("exact", 5);
const WANTED = 1e-3;

interface Sampled {
  readonly seconds: number;
  readonly mean: number;
  readonly standardError: number;
}
const shortRun = ({ seconds, mean, standardError }: Sampled): ShortRun => ({ seconds, standardError: standardError / mean });

/** A simulation that ran for too short a time, in the rounds that count. */
function simulation(peer: PythonPeer, measured: readonly ShortRun[]): TimedPeer & { measured: readonly ShortRun[] } {
  const seconds = measured.map((run) => secondsUntil(WANTED, run));
  return { name: `${peer.label("NumPy")} (simulation to 0.1 %)`, seconds, measured };
}

/** Both sides must have found the same value. */
function checkSame(what: string, ours: number, theirs: number, tolerance: number): void {
  if (!(Math.abs(ours - theirs) <= tolerance)) throw new Error(`exact: both sides must find the same ${what}, got ${ours} and ${theirs}`);
}

const numeric = await PythonPeer.start("numeric.py", ["NumPy"], 1);
for (const { d, n, m, steps } of [
  { d: 20, n: 20, m: 40, steps: 50 },
  { d: 100, n: 40, m: 200, steps: suite.quick ? 50 : 100 },
]) {
  let last = Number.NaN;
  const times = await race(suite.rounds, {
    ours: () =>
      steadySeconds(() => {
        last = isotropicErrorCurve({ d, n, m, steps }).at(-1)!;
      }),
    fractions: async () => {
      if (typeof numeric === "string") return 0;
      const { seconds, check } = await numeric.ask<{ seconds: number; check: number }>({ op: "exact_curve", d, n, m, steps });
      checkSame("error", last, check, 1e-12 * Math.abs(check));
      return seconds;
    },
  });
  suite.ratio({
    case: `exact curve, d = ${d}, k = 0..${steps}`,
    setting: `isotropic, n = ${n}, m = ${m}`,
    ours: times.ours,
    peer:
      typeof numeric === "string" ? numeric : { name: `${numeric.label("Python")} (same recursion, fractions)`, seconds: times.fractions },
  });
}

const draws = suite.quick ? 2000 : 20_000;
const curvePeers = [await PythonPeer.start("monte_carlo.py", ["NumPy"], 1), await PythonPeer.start("monte_carlo.py", ["NumPy"])];
const [size, k] = [{ d: 20, n: 20, m: 40 }, 10];
{
  const runs: ShortRun[][] = [[], []];
  const sampled = async (which: number): Promise<number> => {
    const peer = curvePeers[which];
    if (typeof peer === "string") return 0;
    const run = shortRun(await peer.ask<Sampled>({ ...size, steps: k, draws, exponent: 0, batch: 500 }));
    runs[which].push(run);
    return run.seconds;
  };
  const times = await race(suite.rounds, {
    ours: () => steadySeconds(() => isotropicErrorCurve({ ...size, steps: k })),
    one: () => sampled(0),
    many: () => sampled(1),
  });
  const peer = curvePeers[0];
  suite.ratio({
    case: `exact curve, k = 0..${k}, beside simulation`,
    setting: `isotropic, d = ${size.d}, n = ${size.n}, m = ${size.m}`,
    ours: times.ours,
    // The first run, which is not counted, stands in these lists.
    peer: typeof peer === "string" ? peer : fasterOf(runs.map((each) => simulation(peer, each.slice(1)))),
    note: `exact against 0.1 % at the last k; ${draws} prompts simulated`,
  });
}
for (const peer of curvePeers) if (typeof peer !== "string") peer.close();

{
  const d = 10;
  const m = 40;
  const covariance = fullCovariances(1, d, Random.seed(3605).stream("exact"))[0];
  const trained = Covariance.diagonal(powerLawSpectrum({ d, exponent: 1 }));
  const preconditioner = Matrix.diag(Array.from(gammaEigenvalues({ covariance: trained, n: 20 }), (gamma) => 1 / gamma));
  for (const steps of [1, 2, 3]) {
    let exact = Number.NaN;
    let seed = 0;
    const runs: ShortRun[] = [];
    const request = { op: "sampled_error", preconditioner: preconditioner.to2DArray(), target: covariance.matrix.to2DArray(), m, k: steps };
    const times = await race(suite.rounds, {
      ours: () =>
        steadySeconds(() => {
          exact = nonCommutingError({ preconditioner, target: covariance, m, k: steps });
        }),
      simulated: async () => {
        if (typeof numeric === "string") return 0;
        const answer = await numeric.ask<Sampled>({ ...request, seed: seed++, draws });
        checkSame(`error at k = ${steps}`, exact, answer.mean, 6 * answer.standardError);
        runs.push(shortRun(answer));
        return answer.seconds;
      },
    });
    suite.ratio({
      case: `exact error, k = ${steps}, beside simulation`,
      setting: `training and test do not commute, d = ${d}, n = 20, m = ${m}`,
      ours: times.ours,
      peer: typeof numeric === "string" ? numeric : simulation(numeric, runs.slice(1)),
      note: `exact against 0.1 %; ${draws} prompts simulated`,
    });
  }
}
if (typeof numeric !== "string") numeric.close();
