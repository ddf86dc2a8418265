/** @file A curve of a simulation by its name. */
import type { Curve, SimulationResult } from "../../dist/simulation/simulationResult.js";

export function findCurve({ curves }: SimulationResult, name: string): Curve {
  const found = curves.find((curve) => curve.name === name);
  if (!found) throw new Error(`no curve is called ${name}`);
  return found;
}
