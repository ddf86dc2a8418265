/** @file The live figures by name. */
import type { LiveKind } from "./kind";
import { errorAgainstSteps } from "./kinds/errorAgainstSteps";
import { hardness } from "./kinds/hardness";
import { overthinking } from "./kinds/overthinking";
import { phaseDiagram } from "./kinds/phaseDiagram";
import { plane } from "./kinds/plane";
import { taskTriangle } from "./kinds/taskTriangle";

/** Every kind of live figure. */
export const LIVE_KINDS = {
  "error-against-steps": errorAgainstSteps,
  overthinking,
  hardness,
  "task-triangle": taskTriangle,
  "phase-diagram": phaseDiagram,
  plane,
} as const;

/** The name of a kind of live figure. */
export type LiveKindName = keyof typeof LIVE_KINDS;

/** A kind by its name. */
export const liveKind = (name: LiveKindName): LiveKind => LIVE_KINDS[name] as unknown as LiveKind;
