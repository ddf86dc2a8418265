/** @file Overthinking of the reduced GPT-2 on 20 fresh seeds, beside the predictions that were committed before them (data/gpt2/confirmation). */
import { integers } from "cotlab/dist/core/grids";
import { studentQuantile } from "cotlab/dist/diagnostic/studentQuantile";
import type { Figure } from "cotlab/dist/figures/figure";
import { lineChart } from "cotlab/dist/figures/lineChart";
import type { CellValue } from "cotlab/dist/notebook/table";
import { type Check, checkTrue, type PaperStatement } from "cotlab/dist/notebook/verdict";
import { readRunStore } from "./runStore";
import { curveRise, type Rise, seedCurve } from "./seedCurves";

type Row = Record<string, CellValue>;

/** The last step of every curve, and the one at which the predictions look. */
const LAST = 40;

/** One curve of one seed: its rise by the mean error over prompts and by the median, and how odd and even steps differ at its end. */
interface SeedRise extends Rise {
  readonly seed: number;
  readonly last: number;
  readonly median: Rise;
  /** error(40) / error(39). */
  readonly parity: number;
}

/** A setting, all of whose curves have the same test length as its training. */
interface Setting {
  readonly run: string;
  /** In a sentence. */
  readonly label: string;
  /** Seeds that were to be trained. */
  readonly wanted: number;
  readonly identity: readonly SeedRise[];
  readonly own: readonly SeedRise[];
  /** Mean errors by seed and step, for a curve's chart. */
  readonly curves: ReturnType<typeof seedCurve>;
}

/** The confirmation as it is stored. */
export interface Confirmation {
  readonly settings: ReadonlyMap<string, Setting>;
  readonly rows: ReturnType<typeof readRunStore>["curves"];
  /** Processor seconds of all runs. */
  readonly seconds: number;
  /** Runs that are stored, and that were to be trained. */
  readonly trained: number;
  readonly wanted: number;
}

const LABELS: Readonly<Record<string, string>> = {
  "tilt-7-3-n40": "7 to 3, n = 40",
  "tilt-7-3-n20": "7 to 3, n = 20",
  "tilt-8-2-n40": "8 to 2, n = 40",
  "tilt-8-2-n20": "8 to 2, n = 20",
  "aligned-7-3-n40": "aligned, 7 to 3, n = 40",
  "aligned-8-2-n40": "aligned, 8 to 2, n = 40",
  "tilt-5-5-n40-2000": "5 to 5, 2000 steps, n = 40",
};

/** Reads the folder of the confirmation. */
export function confirmation(folder: string): Confirmation {
  const { curves: rows, configs, runs } = readRunStore(folder);
  const settings = Object.keys(LABELS).map((run): [string, Setting] => {
    const { seeds, test } = { test: /n(20|40)/.exec(run)![1], seeds: configs.get(run)!.seeds };
    const rises = (curve: string): SeedRise[] =>
      seeds.flatMap((seed) => {
        const own = rows.filter((row) => row.run === run && row.seed === seed && row.curve === curve).sort((a, b) => a.k - b.k);
        if (own.length <= LAST) return [];
        const errors = own.map(({ error }) => error);
        const median = curveRise(
          own.map((row) => row.median!),
          LAST,
        );
        return [{ seed, ...curveRise(errors, LAST), last: errors[LAST], median, parity: errors[LAST] / errors[LAST - 1] }];
      });
    const identity = rises(`identity m=${test}`);
    const t = identity.length > 1 ? studentQuantile(0.975, identity.length - 1) : 1;
    const curves = seedCurve(rows, run, `identity m=${test}`, t);
    return [run, { run, label: LABELS[run], wanted: seeds.length, identity, own: rises(`own m=${test}`), curves }];
  });
  return {
    settings: new Map(settings),
    rows,
    seconds: runs.reduce((sum, { processorSeconds, seconds }) => sum + (processorSeconds ?? seconds), 0),
    trained: runs.length,
    wanted: settings.reduce((sum, [, { wanted }]) => sum + wanted, 0),
  };
}

/** Of how many seeds something was to be so, of how many it is. */
interface Count {
  readonly setting: string;
  readonly so: number;
  readonly of: number;
  readonly wanted: number;
  readonly needed: number;
  readonly values: readonly number[];
}

/** A prediction beside what was found. */
interface Prediction {
  readonly number: number;
  readonly text: string;
  readonly rule: string;
  readonly counts: readonly Count[];
}

/** The six predictions, judged by the rules that were committed before the runs; a seed that is not trained counts against them. */
function predictions({ settings }: Confirmation): Prediction[] {
  const at = (run: string): Setting => settings.get(run)!;
  const count = (run: string, rises: readonly SeedRise[], needed: number, so: (rise: SeedRise) => boolean, value = ratioOf): Count => ({
    setting: at(run).label,
    so: rises.filter(so).length,
    of: rises.length,
    wanted: at(run).wanted,
    needed,
    values: rises.map(value),
  });
  const rise = (run: string, needed: number): Count => count(run, at(run).identity, needed, ({ ratio }) => ratio >= 1.1);
  const flat = (run: string): Count => count(run, at(run).own, 17, ({ ratio }) => ratio <= 1.15);
  const longer = (recipe: string): Count => {
    const short = new Map(at(`tilt-${recipe}-n20`).identity.map(({ seed, ratio }) => [seed, ratio]));
    const both = at(`tilt-${recipe}-n40`).identity.filter(({ seed }) => short.has(seed));
    return count(
      `tilt-${recipe}-n20`,
      both,
      15,
      ({ seed, ratio }) => ratio > short.get(seed)!,
      ({ seed, ratio }) => ratio / short.get(seed)!,
    );
  };
  const aligned = (recipe: string): Count => {
    const tilted = new Map(at(`tilt-${recipe}-n40`).identity.map(({ seed, last }) => [seed, last]));
    const both = at(`aligned-${recipe}-n40`).identity.filter(({ seed }) => tilted.has(seed));
    const share = ({ seed, last }: SeedRise): number => last / tilted.get(seed)!;
    return count(`aligned-${recipe}-n40`, both, 17, (each) => share(each) <= 0.1, share);
  };
  const [r, own] = ["r ≥ 1.10", "r ≤ 1.15"];
  return [
    { number: 1, text: "7 to 3, 500 steps: the error on Σ = I falls and rises", rule: r, counts: [rise("tilt-7-3-n40", 17)] },
    { number: 2, text: "8 to 2, 500 steps: it falls and rises", rule: r, counts: [rise("tilt-8-2-n40", 19)] },
    { number: 3, text: "on the own covariance it is flat", rule: own, counts: ["7-3", "8-2"].map((each) => flat(`tilt-${each}-n40`)) },
    { number: 4, text: "longer training prompts make it worse", rule: "r(40) > r(20)", counts: ["7-3", "8-2"].map(longer) },
    {
      number: 5,
      text: "5 to 5, 2000 steps: it does not rise",
      rule: "r ≤ 1.05",
      counts: [count("tilt-5-5-n40-2000", at("tilt-5-5-n40-2000").identity, 17, ({ ratio }) => ratio <= 1.05)],
    },
    { number: 6, text: "the aligned control stays far below", rule: "a tenth at k = 40", counts: ["7-3", "8-2"].map(aligned) },
  ];
}

const ratioOf = ({ ratio }: SeedRise): number => ratio;
const spread = (values: readonly number[]): string => {
  if (values.length === 0) return "none";
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  const middle = (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
  return `${middle.toFixed(2)} (${sorted[0].toFixed(2)} to ${sorted.at(-1)!.toFixed(2)})`;
};

/** stands when enough seeds show it; does not when so many do not that enough is out of reach; open before that. */
const outcome = ({ so, of, needed, wanted }: Count): "stands" | "does not stand" | "open" =>
  so >= needed ? "stands" : so + wanted - of < needed ? "does not stand" : "open";

/** A row for each prediction and setting. */
export function predictionRows(confirmed: Confirmation): Row[] {
  return predictions(confirmed).flatMap(({ number, text, rule, counts }) =>
    counts.map((count) => ({
      "": String(number),
      predicted: text,
      setting: count.setting,
      "a seed shows it when": rule,
      "seeds that must": `${count.needed} of ${count.wanted}`,
      "seeds that do": `${count.so} of ${count.of}`,
      "median (least to most)": spread(count.values),
      outcome: outcome(count),
    })),
  );
}

/** A row for each setting: rises by mean and by median over prompts, where the least error is, and odd beside even steps. */
export function confirmedRiseRows({ settings }: Confirmation): Row[] {
  return [...settings.values()].flatMap(({ label, identity, own }) =>
    (["Σ = I", "own Σ"] as const).flatMap((tested, i) => {
      const rises = [identity, own][i];
      if (rises.length === 0) return [];
      return [
        {
          trained: label,
          tested,
          seeds: rises.length,
          "r by the mean over prompts": spread(rises.map(ratioOf)),
          "r by the median": spread(rises.map(({ median }) => median.ratio)),
          "least error at k": spread(rises.map(({ leastAt }) => leastAt)).replaceAll(".00", ""),
          "error at k = 40": spread(rises.map(({ last }) => last)),
          "error(40) / error(39)": spread(rises.map(({ parity }) => parity)),
        },
      ];
    }),
  );
}

/** Errors over thoughts on Σ = I: geometric means over seeds with their intervals. */
export function confirmedCurves({ settings }: Confirmation): Figure {
  const shown = ["tilt-8-2-n40", "tilt-8-2-n20", "tilt-7-3-n40", "tilt-5-5-n40-2000", "aligned-7-3-n40"];
  const x = integers(0, LAST);
  const series = shown.flatMap((run) => {
    const { label, curves } = settings.get(run)!;
    if (curves === undefined) return [];
    const upTo = (values: readonly number[]): number[] => values.slice(0, LAST + 1);
    return [{ name: label, x, y: upTo(curves.mean), lower: upTo(curves.lower), upper: upTo(curves.upper) }];
  });
  const seeds = [...new Set(shown.map((run) => settings.get(run)!.identity.length))].sort((a, b) => a - b).join(" or ");
  return lineChart({
    x: { label: "steps of thought k" },
    y: { label: "error, ‖w_{k} − w‖^{2} / d", log: true },
    series,
    caption: `Reduced model, tested on Σ = I with m = n: geometric means of ${seeds} seeds, bands: 95 % t intervals over seeds, 2048 prompts.`,
  });
}

/** The rise of every seed, in order: what a mean over seeds hides. */
export function confirmedSeeds({ settings }: Confirmation): Figure {
  const shown = [
    ["tilt-8-2-n40", "identity"],
    ["tilt-7-3-n40", "identity"],
    ["tilt-8-2-n20", "identity"],
    ["tilt-7-3-n20", "identity"],
    ["tilt-5-5-n40-2000", "identity"],
    ["tilt-8-2-n40", "own"],
  ] as const;
  const series = shown.map(([run, tested]) => {
    const setting = settings.get(run)!;
    const values = setting[tested].map(ratioOf).sort((a, b) => a - b);
    return {
      name: tested === "own" ? `${setting.label}, own Σ` : setting.label,
      x: integers(1, values.length),
      y: values,
      style: "both" as const,
    };
  });
  return lineChart({
    x: { label: "seeds, ordered by their rise" },
    y: { label: "rise r = error(40) / least error" },
    series: series.filter(({ y }) => y.length > 0),
    marks: [{ axis: "y", value: 1.1, label: "1.1" }],
    caption: "Every seed of the confirmation, tested on Σ = I where nothing else is said; 500 training steps where nothing else is said.",
  });
}

/** What the paper says of it; that the starts and the stage of training must be such is added by us. */
const RISE: PaperStatement = ["GPT-2 exhibits overthinking: error increases for k > 10", "confirmed under added hypotheses"];

/** A check for each prediction, by its own rule. */
export function confirmationChecks(confirmed: Confirmation): Check[] {
  return predictions(confirmed).map(({ number, text, counts }) =>
    checkTrue(
      `20 fresh seeds, ${number}: ${text}`,
      counts.every((count) => outcome(count) === "stands"),
      counts.map((count) => `${count.setting}: ${count.so} of ${count.of}, median ${spread(count.values)}`).join("; "),
      counts.map(({ needed, wanted, setting }) => `${setting}: ${needed} of ${wanted}`).join("; "),
      ...(number <= 2 ? RISE : []),
    ),
  );
}

/** In a sentence: what the predictions came to. */
export function confirmedSentence(confirmed: Confirmation): string {
  const outcomes = predictions(confirmed).map(({ number, counts }) => ({ number, all: counts.map(outcome) }));
  const named = (which: (all: readonly string[]) => boolean): number[] =>
    outcomes.filter(({ all }) => which(all)).map(({ number }) => number);
  const stands = named((all) => all.every((each) => each === "stands"));
  const falls = named((all) => all.includes("does not stand"));
  const open = named((all) => !all.every((each) => each === "stands") && !all.includes("does not stand"));
  const numbered = (numbers: readonly number[]): string => `${numbers.length === 1 ? "number" : "numbers"} ${numbers.join(" and ")}`;
  const parts = [
    stands.length === outcomes.length ? "all stand" : `${stands.length} stand`,
    ...(falls.length > 0 ? [`${numbered(falls)} ${falls.length === 1 ? "does" : "do"} not`] : []),
    ...(open.length > 0 ? [`${numbered(open)} ${open.length === 1 ? "is" : "are"} open`] : []),
  ];
  return parts.join(", ");
}
