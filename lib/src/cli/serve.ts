/** @file `npx cotlab serve`: a model of this library behind the OpenAI interface, on this machine only. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { startCompletionServer } from "../evaluation/completionServer";
import { ggufModel } from "../evaluation/ggufModel";
import type { LanguageModel } from "../reasoning/languageModel";
import { readSymbolModel, symbolModel } from "../transformer/symbols/symbolModel";
import { type Command, interruption, UsageError } from "./command";
import { Options } from "./options";

const NAME = "serve";

const isModel = (value: unknown): value is LanguageModel =>
  typeof value === "object" &&
  value !== null &&
  typeof (value as LanguageModel).name === "string" &&
  (["encode", "decode", "generate"] as const).every((method) => typeof (value as LanguageModel)[method] === "function");

/** A model from a JavaScript file of the caller's. */
async function moduleModel(path: string): Promise<LanguageModel> {
  const loaded = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
  if (!isModel(loaded.default)) {
    throw new UsageError(`${NAME}: --module must have a LanguageModel (name, encode, decode, generate) as its default export, got ${path}`);
  }
  return loaded.default;
}

const SOURCES = ["checkpoint", "gguf", "module"] as const;
const GGUF_ONLY = ["lora", "name", "context", "chat-template"];

async function servedModel(options: Options): Promise<LanguageModel> {
  const { values } = options;
  const [source, ...more] = SOURCES.filter((name) => values[name] !== undefined);
  if (source === undefined || more.length > 0) options.fail("one of --checkpoint, --gguf and --module must be given");
  const also = GGUF_ONLY.filter((name) => values[name] !== undefined);
  if (source !== "gguf" && also.length > 0) options.fail(`--${also[0]} must be given with --gguf only`);
  const path = options.required(source);
  if (source === "module") return moduleModel(path);
  if (source === "checkpoint") return symbolModel(readSymbolModel(path));
  const template = values["chat-template"];
  return ggufModel({
    path,
    ...options.given([], ["lora", "name"]),
    ...(values.context !== undefined && { contextLength: options.number("context") }),
    ...(template !== undefined && { chatTemplate: await readFile(template, "utf8") }),
  });
}

async function serve(args: string[]): Promise<number> {
  const options = new Options(NAME, args, { values: [...SOURCES, ...GGUF_ONLY, "port", "max-seconds", "max-body-bytes"] });
  const model = await servedModel(options);
  const server = await startCompletionServer({ model, port: 8000, ...options.given(["port", "max-seconds", "max-body-bytes"]) });
  process.stdout.write(`${server.endpoint}\n`);
  process.stderr.write(`serving ${model.name} on this machine only; Ctrl-C ends it\n`);
  await once(interruption(), "abort");
  await server.close();
  return 0;
}

export const command: Command = {
  usage: `usage: npx cotlab serve (--checkpoint FILE | --gguf FILE | --module FILE) [--port N] [--max-seconds X] [--max-body-bytes N]

Serves a model at http://127.0.0.1:PORT/v1 (chat completions, completions, models).

  --checkpoint FILE    a model that npx cotlab lm train made
  --gguf FILE          a language model for llama.cpp, by the optional package node-llama-cpp; with it also:
  --lora FILE          a LoRA adapter for it, in GGUF
  --name NAME          its name at this server (default: the file's)
  --context N          most tokens of question and reply together (default: the model's own, at most 4096)
  --chat-template FILE a Jinja template, for a file that holds none
  --module FILE        a JavaScript module whose default export is a LanguageModel; it is run with your rights
  --port N             default 8000; 0 for any that is free
  --max-seconds X      longest generation (default 120)
  --max-body-bytes N   largest request (default 1 MiB)`,
  run: serve,
};
