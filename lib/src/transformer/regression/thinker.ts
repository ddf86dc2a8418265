/** @file A trained vector model at work: it reads prompts and thinks about them. */
import { Checks } from "../../core/check";
import type { ProductBackend } from "../../linalg/backend";
import { VectorModel } from "../decoder";
import { type VectorModelShape, vectorModelParameters } from "../parameters";
import { Workspace } from "../workspace";

/** A vector model that thinks about given prompts, several at a time; the same code measures curves and single updates. */
export class Thinker {
  readonly model: VectorModel;
  private readonly estimate: Float64Array;

  constructor(
    readonly shape: VectorModelShape,
    parameters: Float32Array,
    readonly prompt: number,
    readonly thoughts: number,
    readonly mode: "replace" | "append",
    readonly sequences: number,
    backend?: ProductBackend,
  ) {
    const check: Checks = new Checks("Thinker");
    const all = vectorModelParameters(shape);
    if (parameters.length !== all.layout.floats)
      check.fail("parameters", `an array of ${all.layout.floats} floats, as this model has`, parameters.length);
    // Replaced thoughts use one row again and again; appended ones need a row each.
    const slots = mode === "append" ? thoughts : 1;
    const longest = prompt + slots;
    if (shape.positions > 0 && shape.positions < longest)
      check.fail("prompt", `short enough for ${shape.positions} learned positions, thoughts included`, longest);
    const workspace = new Workspace();
    const weights = workspace.floats(all.layout.floats);
    const batch = { sequences, prompt, starts: new Array<number>(slots).fill(0), promptOutputs: false };
    this.model = new VectorModel(shape, batch, all, { workspace, weights });
    const scratch = workspace.productScratch(sequences * Math.max(prompt, 1), 4 * Math.max(shape.width, 2 * shape.d + 2));
    workspace.open(scratch, { ...(backend && { backend }) });
    workspace.f32.set(parameters, weights / 4);
    this.estimate = new Float64Array(shape.d);
  }

  /** Reads the prompts that `setExample` of the model has written; thinking begins anew. */
  read(): void {
    this.model.forwardPrompt();
  }

  /** Takes step k (from 0) from the given estimates (sequences x d), which are replaced by the next ones. */
  think(k: number, estimates: Float64Array): void {
    const { d } = this.shape;
    const slot = this.mode === "append" ? k : 0;
    for (let b = 0; b < this.sequences; b++) this.model.setThought(slot, b, estimates, b * d);
    this.model.forwardThoughts(slot, slot + 1);
    for (let b = 0; b < this.sequences; b++) {
      this.model.estimate(slot, b, this.estimate, 0);
      estimates.set(this.estimate, b * d);
    }
  }
}
