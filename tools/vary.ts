/** @file `npm run vary`: runs notebooks at settings drawn from their declared domains, and records what does not work. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawSettings, typed } from "./jupyter/drawSettings.ts";
import { forThisKernel, type Notebook, NotebookError, readNotebook } from "./jupyter/notebook.ts";
import { declarationOf } from "./jupyter/parameters.ts";
import { startServer } from "./jupyter/server.ts";
import { type Variation, varyNotebook } from "./jupyter/vary.ts";
import { namedNotebooks, notebookFiles, parseOptions, readSeconds, UsageError } from "./options.ts";
import { root } from "./workspace.mjs";

const USAGE = `usage: npm run vary -- [NUMBER ...] [--settings 40] [--from 0] [--again] [--least] [--cell-limit 600]
  NUMBER         notebooks by the start of their file name; all that declare parameters when none is given
  --settings 40  how many settings of each notebook
  --from 0       the first of them
  --again        runs settings that data/settings.json already has
  --least        sample sizes at their least value in all settings, not in three of four: quicker, and nothing is stored
  --cell-limit 600  seconds after which a cell that has not ended is stopped, which is recorded as a problem
  --help         this text`;

const FILE = join(root, "data", "settings.json");

/** One line of the stored report. */
interface Entry extends Variation {
  readonly notebook: string;
  readonly setting: number;
  readonly values: Readonly<Record<string, string>>;
}

const readReport = (): Entry[] => (existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as Entry[]) : []);

/** The report with this entry in its place; other notebooks' entries, and the file, stay whole whatever happens. */
function store(entry: Entry): void {
  const others = readReport().filter(({ notebook, setting }) => notebook !== entry.notebook || setting !== entry.setting);
  const present = notebookFiles();
  const entries = [...others, entry]
    .filter(({ notebook }) => present.includes(notebook))
    .sort((a, b) => a.notebook.localeCompare(b.notebook) || a.setting - b.setting);
  const temporary = `${FILE}.${process.pid}.tmp`;
  mkdirSync(join(root, "data"), { recursive: true });
  writeFileSync(temporary, `[\n${entries.map((line) => JSON.stringify(line)).join(",\n")}\n]\n`);
  renameSync(temporary, FILE);
}

/** A notebook that the kernel can run; undefined, and a line that says why, for any other. */
function readRunnable(file: string): Notebook | undefined {
  try {
    return forThisKernel(readNotebook(join(root, "notebooks", file)), file);
  } catch (error) {
    if (!(error instanceof NotebookError)) throw error;
    process.stdout.write(`${error.message}\n`);
    return undefined;
  }
}

async function vary(args: string[]): Promise<boolean> {
  const parsed = parseOptions(USAGE, args, {
    settings: { type: "string", default: "40" },
    from: { type: "string", default: "0" },
    again: { type: "boolean", default: false },
    least: { type: "boolean", default: false },
    "cell-limit": { type: "string", default: "600" },
  });
  if (parsed === null) {
    process.stdout.write(`${USAGE}\n`);
    return true;
  }
  const { again, least } = parsed.values;
  const cellLimit = readSeconds("--cell-limit", parsed.values["cell-limit"], USAGE);
  const [settings, from] = [Number(parsed.values.settings), Number(parsed.values.from)];
  if (!(Number.isInteger(settings) && settings >= 1 && Number.isInteger(from) && from >= 0))
    throw new UsageError(`--settings and --from must be whole numbers, got ${parsed.values.settings} and ${parsed.values.from}\n${USAGE}`);
  const chosen = parsed.positionals.length === 0 ? notebookFiles() : namedNotebooks("vary", parsed.positionals);
  const server = await startServer();
  let problems = 0;
  try {
    for (const file of chosen) {
      const notebook = readRunnable(file);
      if (notebook === undefined) {
        problems++;
        continue;
      }
      const declaration = declarationOf(notebook);
      if (!declaration || Object.keys(declaration).length === 0) continue;
      for (let i = from; i < from + settings; i++) {
        const stored = readReport().find((entry) => entry.notebook === file && entry.setting === i);
        if (stored && !again && !least) continue;
        const drawn = drawSettings(declaration, file, i, least || i % 4 !== 0 ? "least" : "drawn");
        const values = Object.fromEntries(
          Object.entries(drawn).map(([name, value]) => [name, typeof value === "string" ? value : typed(value)]),
        );
        const found = await varyNotebook(server, notebook, file, new Map(Object.entries(values)), { cellLimit });
        const { holds, fails, "outside its hypotheses": outside } = found.checks;
        const seconds = Number(found.seconds.toPrecision(3));
        if (!least) store({ notebook: file, setting: i, values, ...found, seconds });
        problems += found.problems.length;
        const setting = Object.entries(values).map(([name, value]) => `${name}=${value}`);
        process.stdout.write(
          `${file} setting ${i}: ${seconds} s, ${found.figures} figures, checks: ${holds.length} hold, ${fails.length} fail, ${outside.length} outside\n` +
            `  ${setting.join(" ")}\n` +
            [...fails.map((name) => `fails: ${name}`), ...found.problems].map((line) => `  - ${line}\n`).join(""),
        );
      }
    }
  } finally {
    await server.stop();
  }
  process.stdout.write(problems === 0 ? "no problem\n" : `${problems} problems\n`);
  return problems === 0;
}

try {
  process.exit((await vary(process.argv.slice(2))) ? 0 : 1);
} catch (error) {
  if (!(error instanceof UsageError || error instanceof RangeError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}
