/** @file `npx cotlab serve`: a model of this library behind the OpenAI interface, on this machine only. */
import { once } from "node:events";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { startCompletionServer } from "../evaluation/completionServer";
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

async function serve(args: string[]): Promise<number> {
  const options = new Options(NAME, args, { values: ["module", "checkpoint", "port", "max-seconds", "max-body-bytes"] });
  const { checkpoint, module } = options.values;
  if ((checkpoint === undefined) === (module === undefined)) options.fail("one of --checkpoint and --module must be given");
  const model = checkpoint === undefined ? await moduleModel(options.required("module")) : symbolModel(readSymbolModel(checkpoint));
  const server = await startCompletionServer({ model, port: 8000, ...options.given(["port", "max-seconds", "max-body-bytes"]) });
  process.stdout.write(`${server.endpoint}\n`);
  process.stderr.write(`serving ${model.name} on this machine only; Ctrl-C ends it\n`);
  await once(interruption(), "abort");
  await server.close();
  return 0;
}

export const command: Command = {
  usage: `usage: npx cotlab serve (--checkpoint FILE | --module FILE) [--port N] [--max-seconds X] [--max-body-bytes N]

Serves a model at http://127.0.0.1:PORT/v1 (chat completions, completions, models).

  --checkpoint FILE    a model that npx cotlab lm train made
  --module FILE        a JavaScript module whose default export is a LanguageModel; it is run with your rights
  --port N             default 8000; 0 for any that is free
  --max-seconds X      longest generation (default 120)
  --max-body-bytes N   largest request (default 1 MiB)`,
  run: serve,
};
