/** @file A language model in a GGUF file, by llama.cpp (the optional package node-llama-cpp). */
import { closeSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import type { Template } from "@huggingface/jinja";
import type { LlamaContext, LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import { argumentsOf, Checks } from "../core/check";
import { optionalPackage } from "../core/optionalPackage";
import type { GenerationParams, LanguageModel } from "../reasoning/languageModel";

/** Which file is served, and how. */
export interface GgufModelParams {
  /** Path of the model's GGUF file. */
  readonly path: string;
  /** Path of a LoRA adapter's GGUF file; default: none. */
  readonly lora?: string;
  /** The name at the server; default: the file's, without its ending. */
  readonly name?: string;
  /** Most tokens of question and reply together, in [64, 1e6]; default: the model's own, but at most 4096. */
  readonly contextLength?: number;
  /** A chat template in Jinja, for a file that holds none. */
  readonly chatTemplate?: string;
}

/** A model that holds memory outside JavaScript. */
export interface GgufModel extends LanguageModel {
  /** Frees it. */
  dispose(): Promise<void>;
}

const MOST_CONTEXT = 4096;

/**
 * Loads a language model from a GGUF file; it answers on one thread, since two on shared cores take longer than one.
 * A reply depends on the request alone: what an earlier request left is not used again.
 * @param params path; lora?, an adapter; name = the file's; contextLength = the model's, at most 4096, in [64, 1e6]; chatTemplate?
 * @throws RangeError for a file that is no GGUF, is cut, of an unknown architecture, or holds no chat template; Error without node-llama-cpp
 * @origin ours, by llama.cpp
 * @example
 * // not run: reads a file of 98 MB
 * const model = await cot.evaluation.ggufModel({ path: "SmolLM2-135M-Instruct.Q4_1.gguf" });
 * const server = await cot.evaluation.startCompletionServer({ model });
 */
export async function ggufModel(params: GgufModelParams): Promise<GgufModel> {
  argumentsOf("ggufModel", params);
  const check: Checks = new Checks("ggufModel");
  const { path, lora, contextLength } = params;
  check.text("path", path);
  checkMagic(check, "path", path);
  if (lora !== undefined) checkMagic(check, "lora", lora);
  const { name = basename(path).replace(/\.gguf$/i, "") } = params;
  check.text("name", name);
  if (contextLength !== undefined) check.integer("contextLength", contextLength, 64, 1e6);

  const { Template } = optionalPackage<typeof import("@huggingface/jinja")>(check, "@huggingface/jinja");
  // The package is an ES module: its file is found first, so that a package that is missing is told as the others are.
  const file = optionalPackage<string>(check, "node-llama-cpp", require.resolve);
  const { getLlama, LlamaLogLevel } = (await import(file)) as typeof import("node-llama-cpp");
  // Never compile or download a binary: what npm brought is there, or the error says what is missing.
  const llama = await getLlama({ gpu: false, build: "never", maxThreads: 1, logLevel: LlamaLogLevel.disabled });
  const refused = (what: string, place: string) => (error: unknown) =>
    check.fail(what, "a whole GGUF file that llama.cpp can load", place, `It said: ${error instanceof Error ? error.message : error}`);
  const model: LlamaModel = await llama.loadModel({ modelPath: path }).catch(refused("path", path));
  try {
    const template = chatTemplate(check, Template, model, params);
    const length = contextLength ?? Math.min(MOST_CONTEXT, model.trainContextSize);
    const context: LlamaContext = await model
      .createContext({ contextSize: length, threads: 1, ...(lora !== undefined && { lora }) })
      .catch(refused(lora === undefined ? "path" : "lora", lora ?? path));
    return served(model, context, template, name, length);
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

/** A file that begins otherwise is refused before native code reads it. */
function checkMagic(check: Checks, what: string, path: string): void {
  const magic = Buffer.alloc(4);
  try {
    const file = openSync(path, "r");
    try {
      readSync(file, magic);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    check.fail(what, "the path of a GGUF file that can be read", path, (error as Error).message);
  }
  if (magic.toString("latin1") !== "GGUF") check.fail(what, "a GGUF file, which begins with GGUF", path);
}

/** The file's own template, by which it was trained to tell who speaks. */
function chatTemplate(
  check: Checks,
  Template_: new (source: string) => Template,
  model: LlamaModel,
  { path, chatTemplate: given }: GgufModelParams,
): Template {
  const source = given ?? model.fileInfo.metadata.tokenizer?.chat_template;
  if (source === undefined) {
    check.fail(
      "path",
      "a file with a chat template (tokenizer.chat_template)",
      path,
      "Take an instruction-tuned model, or give chatTemplate",
    );
  }
  try {
    return new Template_(source as string);
  } catch (error) {
    return check.fail("chatTemplate", "a Jinja template", source, (error as Error).message);
  }
}

function served(model: LlamaModel, context: LlamaContext, template: Template, name: string, contextLength: number): GgufModel {
  const sequence: LlamaContextSequence = context.getSequence();
  const special = (token: Token | null): string => (token === null ? "" : model.detokenize([token], true));
  const [bos_token, eos_token] = [special(model.tokens.bos), special(model.tokens.eos)];
  return {
    name,
    contextLength,
    // Special tokens stand in the template's text as words.
    encode: (text) => model.tokenize(text, true),
    decode: (tokens) => model.detokenize(tokens as Token[]),
    chatPrompt(messages) {
      const last = messages.at(-1)!;
      const goesOn = last.role === "assistant";
      const closed = goesOn ? messages.slice(0, -1) : messages;
      const text = template.render({
        messages: closed.map((message) => ({ ...message })),
        add_generation_prompt: true,
        bos_token,
        eos_token,
      });
      return goesOn ? text + last.content : text;
    },
    async *generate({ prompt, temperature, seed, signal }: GenerationParams) {
      await sequence.clearHistory();
      for await (const token of sequence.evaluate(prompt as Token[], { temperature, seed })) {
        if (signal.aborted || model.isEogToken(token)) return;
        yield token;
      }
    },
    async dispose() {
      await context.dispose();
      await model.dispose();
    },
  };
}
