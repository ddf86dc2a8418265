/** @file `npx cotlab COMMAND ...`: finds the command, runs it, and turns what it throws into one line for people. */
import { type Command, errorText, UsageError } from "./command";

/** Loaded on demand: a command must not pay for what another one needs. */
const COMMANDS: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<{ readonly command: Command }> }>> = {
  diagnose: { summary: "tells from your own data whether more thinking helps", load: () => import("./diagnose.js") },
  doctor: { summary: "shows what this workspace runs on", load: () => import("./doctor.js") },
  gpt2: { summary: "trains and measures the transformer of the experiments", load: () => import("./gpt2.js") },
  sweep: { summary: "runs an experiment over a grid of parameters", load: () => import("./sweep.js") },
  problems: { summary: "draws reasoning problems and writes them for fine-tuning", load: () => import("./problems.js") },
  eval: { summary: "asks a served model reasoning problems under token budgets", load: () => import("./eval.js") },
  budget: { summary: "tells from an evaluation which thinking budget is enough", load: () => import("./budget.js") },
  lm: { summary: "trains small models on reasoning problems in symbols", load: () => import("./lm.js") },
  serve: { summary: "serves a model of this library on this machine", load: () => import("./serve.js") },
};

const USAGE = [
  "usage: npx cotlab COMMAND [ARGUMENTS]",
  "",
  ...Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`),
  "",
  "npx cotlab COMMAND --help explains a command.",
].join("\n");

/** Says what went wrong. @param name the command, where it is one */
function report(error: unknown, name?: string): number {
  if (!(error instanceof UsageError)) {
    process.stderr.write(`${errorText(error)}\n`);
    return 1;
  }
  const help = name === undefined ? "npx cotlab --help shows the commands" : `npx cotlab ${name} --help shows the options`;
  process.stderr.write(`${error.message}\n${help}\n`);
  return 2;
}

/** Runs one call and sets the exit status. */
export async function main(args: readonly string[]): Promise<void> {
  // The reader at the other end of a pipe (`| head`) may leave early; that is no fault.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "help") {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  let command: Command | undefined;
  try {
    const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (entry === undefined) throw new UsageError(`cotlab: the command must be one of ${Object.keys(COMMANDS).join(", ")}, got ${name}`);
    ({ command } = await entry.load());
    if (rest.includes("--help")) process.stdout.write(`${command.usage}\n`);
    else process.exitCode = await command.run(rest);
  } catch (error) {
    process.exitCode = report(error, command && name);
  }
}
