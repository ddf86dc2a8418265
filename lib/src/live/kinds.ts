/** @file The live figures by name. */
import type { LiveKind } from "./kind";
import type { LiveKindName } from "./kindName";
import { errorAgainstSteps } from "./kinds/errorAgainstSteps";
import { hardness } from "./kinds/hardness";
import { overthinking } from "./kinds/overthinking";
import { phaseDiagram } from "./kinds/phaseDiagram";
import { plane } from "./kinds/plane";
import { taskTriangle } from "./kinds/taskTriangle";

/** Every kind of live figure. */
export const LIVE_KINDS: Readonly<Record<LiveKindName, LiveKind>> = {
  "error-against-steps": errorAgainstSteps,
  overthinking,
  hardness,
  "task-triangle": taskTriangle,
  "phase-diagram": phaseDiagram,
  plane,
};
