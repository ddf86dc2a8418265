/** @file A trained model that solves problems in symbols, as it is served. */
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { Random } from "../../core/random";
import type { LanguageModel } from "../../reasoning/languageModel";
import { CheckpointError, readCheckpoint } from "../checkpoint";
import { tokenModelParameters } from "../parameters";
import { type SymbolModelConfig, symbolModelConfig, symbolModelShape } from "./symbolModelConfig";
import { BEGIN, decodeSymbols, END, encodeSymbols, PAD } from "./symbolTokens";
import { TokenGenerator } from "./tokenGenerator";
import type { StoredSymbolModel, SymbolRunState } from "./trainSymbolModel";

/**
 * A stored model: its settings and parameters.
 * @param path a file that {@link writeSymbolModel} wrote
 * @throws CheckpointError for a file that is missing or damaged, or holds something else
 * @origin ours
 * @example
 * // not run: reads a model of the repository
 * const model = cot.transformer.symbolModel(cot.transformer.readSymbolModel("data/reasoning/models/gcd-seed0.bin"));
 */
export function readSymbolModel(path: string): StoredSymbolModel {
  const check: Checks = new Checks("readSymbolModel");
  check.text("path", path);
  const { about, arrays } = readCheckpoint<SymbolRunState>(path);
  let config: SymbolModelConfig;
  try {
    config = symbolModelConfig(about?.config);
  } catch {
    throw new CheckpointError(`${path} must hold a model that npx cotlab lm train made`);
  }
  const { parameters } = arrays;
  const wanted = tokenModelParameters(symbolModelShape(config)).layout.floats;
  if (parameters?.length !== wanted) throw new CheckpointError(`${path} must hold ${wanted} parameters, got ${parameters?.length ?? 0}`);
  return { ...about, config, parameters };
}

/**
 * A trained model that answers problems in symbols, as a server takes it; its name is NAME-seedS.
 * @param params config, of which name and model are used; seed; parameters, the trained ones
 * @origin ours
 * @example
 * // not run: reads a model of the repository
 * const model = cot.transformer.symbolModel(cot.transformer.readSymbolModel("data/reasoning/models/gcd-seed0.bin"));
 * const server = await cot.evaluation.startCompletionServer({ model });
 * await server.close();
 */
export function symbolModel(params: Pick<StoredSymbolModel, "config" | "seed" | "parameters">): LanguageModel {
  const { config, seed, parameters } = argumentsOf("symbolModel", params);
  const shape = symbolModelShape(inNameOf("symbolModel", () => symbolModelConfig(config)));
  const generator = new TokenGenerator(shape, parameters);
  return {
    name: `${config.name}-seed${seed}`,
    contextLength: shape.context,
    encode: (text) => [BEGIN, ...encodeSymbols(text)],
    decode: decodeSymbols,
    *generate({ prompt, maxTokens, temperature, seed: draw, signal }) {
      for (const token of generator.generate({ prompt, maxTokens, temperature, random: Random.seed(draw).stream("symbolModel") })) {
        if (token === END || token === BEGIN || token === PAD || signal.aborted) return;
        yield token;
      }
    },
  };
}
