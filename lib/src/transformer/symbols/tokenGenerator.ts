/** @file Generating tokens by a token model. */
import { Checks } from "../../core/check";
import type { Random } from "../../core/random";
import type { ProductBackend } from "../../linalg/backend";
import type { GenerationParams } from "../../reasoning/languageModel";
import { TokenModel } from "../decoder";
import { type TokenModelParameters, type TokenModelShape, tokenModelParameters } from "../parameters";
import { type Place, Workspace } from "../workspace";

/** How tokens are chosen. */
export interface SamplingParams extends Pick<GenerationParams, "prompt" | "maxTokens" | "temperature"> {
  readonly random: Random;
}

/** Generates tokens one after the other on cached keys and values. */
export class TokenGenerator {
  private readonly workspace = new Workspace();
  private readonly place: Place;
  private readonly start: number;
  private readonly parameters: TokenModelParameters;

  constructor(
    readonly shape: TokenModelShape,
    parameters: Float32Array,
    backend?: ProductBackend,
  ) {
    const { workspace } = this;
    const { context, width } = shape;
    this.parameters = tokenModelParameters(shape);
    this.place = { workspace, weights: workspace.floats(this.parameters.layout.floats) };
    const scratch = workspace.productScratch(context + 1, 4 * width);
    this.start = workspace.end;
    // Room for any split of the context into prompt and reply.
    const ends = Array.from({ length: context }, (_, i) => {
      this.build(i + 1, context - i - 1);
      return workspace.end;
    });
    workspace.rewind(Math.max(...ends));
    workspace.open(scratch, { ...(backend && { backend }) });
    workspace.f32.set(parameters, this.place.weights / 4);
  }

  /** A model for a prompt and a reply of so many tokens, in the place of the one before. */
  private build(prompt: number, reply: number): TokenModel {
    this.workspace.rewind(this.start);
    return new TokenModel(this.shape, { sequences: 1, prompt, starts: new Array<number>(reply).fill(0) }, this.parameters, this.place);
  }

  /**
   * The reply's tokens, at most `maxTokens` and as many as the context has room for; the caller ends it earlier at its own end token.
   * @throws RangeError for an empty prompt, one longer than the context, or a token out of the vocabulary
   */
  *generate({ prompt, maxTokens, temperature, random }: SamplingParams): Generator<number> {
    const { context: most, vocabulary } = this.shape;
    if (prompt.length < 1 || prompt.length > most)
      throw new RangeError(`TokenGenerator.generate: prompt must be 1 to ${most} tokens, got ${prompt.length}`);
    const wrong = prompt.find((token) => !Number.isInteger(token) || token < 0 || token >= vocabulary);
    if (wrong !== undefined)
      throw new RangeError(`TokenGenerator.generate: a token must be an integer in [0, ${vocabulary - 1}], got ${wrong}`);
    const check: Checks = new Checks("TokenGenerator.generate");
    check.integer("maxTokens", maxTokens, 0);
    // exp((l - l_best) / t) is 0/0 at a temperature below the least that a difference of logits can be divided by.
    if (temperature !== 0) check.interval("temperature", temperature, 1e-30, 1e30);
    const reply = Math.min(maxTokens, most - prompt.length + 1);
    if (reply < 1) return;
    const model = this.build(prompt.length, reply - 1);
    this.workspace.f32.fill(0, this.start / 4, this.workspace.end / 4);
    for (const [t, token] of prompt.entries()) model.setToken(t, token);
    model.forwardPrompt();
    for (let i = 0; ; i++) {
      // Thoughts follow the prompt's rows, since there is one sequence.
      const row = prompt.length - 1 + i;
      const token = chooseToken(model.logitsAfter(row), temperature, random);
      yield token;
      if (i + 1 >= reply) return;
      model.setToken(row + 1, token);
      model.forwardThoughts(i, i + 1);
    }
  }
}

/** A token by its logits: the likeliest at temperature 0, else drawn from softmax(logits / temperature). */
function chooseToken(logits: Float32Array, temperature: number, random: Random): number {
  let best = 0;
  for (let v = 1; v < logits.length; v++) if (logits[v] > logits[best]) best = v;
  if (temperature === 0) return best;
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - logits[best]) / temperature));
  let left = random.uniform() * weights.reduce((a, b) => a + b, 0);
  for (let v = 0; v < weights.length; v++) {
    left -= weights[v];
    if (left < 0) return v;
  }
  return best;
}
