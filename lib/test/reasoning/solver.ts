/** @file A model for tests: it solves problems by their own traces, and errs at a given rate. */
import { Random } from "../../dist/core/random.js";
import type { GenerationParams, LanguageModel } from "../../dist/reasoning/languageModel.js";
import type { Problem } from "../../dist/reasoning/problem.js";
import { solution } from "../../dist/reasoning/problemSet.js";

/** A token for each character; text of other characters is refused. */
const ALPHABET = [..."\n !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"];

export interface SolverParams {
  readonly problems: readonly Problem[];
  /** Share of the problems that it gets wrong, drawn by their keys. */
  readonly errorRate: number;
  readonly contextLength?: number;
}

/** Whether the solver errs on a problem. */
export const errs = (key: string, errorRate: number): boolean => Random.seed(5).stream(key).uniform() < errorRate;

/** Writes the solution of the problem that the prompt asks, going on where the prompt's own part of it ends. */
export function solver({ problems, errorRate, contextLength = 100_000 }: SolverParams): LanguageModel {
  return {
    name: "solver",
    contextLength,
    encode: (text) =>
      [...text].map((character) => {
        const token = ALPHABET.indexOf(character);
        if (token < 0) throw new RangeError(`encode: text must be ASCII, got ${JSON.stringify(character)}`);
        return token;
      }),
    decode: (tokens) => tokens.map((token) => ALPHABET[token]).join(""),
    *generate({ prompt, maxTokens }: GenerationParams) {
      const asked = prompt.map((token) => ALPHABET[token]).join("");
      const problem = problems.find(({ question, symbols }) => asked.includes(question) || asked.startsWith(symbols));
      if (problem === undefined) return;
      const inSymbols = asked.startsWith(problem.symbols);
      const right = solution(problem, 2, inSymbols ? "symbols" : "text");
      const text = errs(problem.key, errorRate) ? right.replace(/\d+(?=\D*$)/, (digits) => String(BigInt(digits) + 1n)) : right;
      // What the prompt already holds of the solution is not written again.
      let done = text.length;
      while (!asked.endsWith(text.slice(0, done))) done--;
      for (const character of text.slice(done, done + maxTokens)) yield ALPHABET.indexOf(character);
    },
  };
}
