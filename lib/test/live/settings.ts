import type { LiveValues } from "../../dist/live/kind.js";
import type { LiveKindName } from "../../dist/live/kindName.js";

/** Settings of every live figure, small enough for a test. */
export const LIVE_SETTINGS: Readonly<Record<LiveKindName, LiveValues>> = {
  "error-against-steps": { d: 6, exponent: 1, n: 12, m: 40, steps: 8, prompts: 300, seed: 3 },
  overthinking: { d: 6, exponent: 1, n: 80, steps: 8, draws: 300, seed: 3, target: 1 },
  hardness: { d: 4, exponent: 1, n: 12, share: 0.01, m: 200, longest: 40, prompts: 100, seed: 3, spectrum: [1, 0.5, 1 / 3, 0.25] },
  "task-triangle": {
    d: 6,
    exponents: [0.2, 0.8],
    short: 20,
    long: 100,
    tilt: 0.5,
    steps: 8,
    comparedAt: 4,
    margin: 0.3,
    hardShare: 0.3,
    reversedShare: 0.3,
  },
  "phase-diagram": { d: 8, n: 20, m: 24, steps: 12, prompts: 200, seed: 3 },
  plane: { weak: 0.1, n: 20, m: 30, steps: 8, seed: 3, strongWeight: 1, weakWeight: 1 },
};
