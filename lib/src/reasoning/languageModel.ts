/** @file What a model must do to be served. */

/** What a reply is generated from. */
export interface GenerationParams {
  /** The tokens to go on from. */
  readonly prompt: readonly number[];
  /** Most tokens to give. */
  readonly maxTokens: number;
  /** 0 takes the likeliest token each time, the first of equals. */
  readonly temperature: number;
  /** The same prompt, temperature and seed give the same tokens. */
  readonly seed: number;
  /** Aborted when nobody waits for the tokens any more. */
  readonly signal: AbortSignal;
}

/** A model of text that gives one token after the other: what it must do to be served. */
export interface LanguageModel {
  /** Its name at a server. */
  readonly name: string;
  /** Most tokens of prompt and reply together; no limit when absent. */
  readonly contextLength?: number;
  /** The tokens of a text. @throws RangeError for text that the model has no tokens for */
  encode(text: string): readonly number[];
  /** The text of tokens. */
  decode(tokens: readonly number[]): string;
  /** The reply's tokens. The end of the sequence is the end of the reply, without a token for it. */
  generate(params: GenerationParams): AsyncIterable<number> | Iterable<number>;
  /** A chat as one text; default: the messages' contents one after the other, as a small model has no roles. */
  chatPrompt?(messages: readonly { readonly role: string; readonly content: string }[]): string;
}
