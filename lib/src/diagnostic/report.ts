/** @file The diagnosis as text and as files. */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { alignedLines } from "../core/alignedText";
import { Checks } from "../core/check";
import { csvText } from "../core/csvText";
import { shortNumber as short } from "../core/shortNumber";
import { writeTogether } from "../data/writeTogether";
import type { Diagnosis } from "./diagnose";
import type { Estimate } from "./jackknife";
import type { Prediction } from "./prediction";

/** What the functions of this room take. */
export const MADE = "a diagnosis as diagnose gives it";

const HEADER = ["section", "item", "index", "quantity", "value", "low", "high"];

/** All numbers of a diagnosis, one a row; index is k, or the place in a spectrum. */
function diagnosisTable(diagnosis: Diagnosis): (number | string)[][] {
  const rows = [HEADER as (number | string)[]];
  type Quantities = Readonly<Record<string, Estimate | number | string | undefined>>;
  const put = (section: string, item: string, index: number | "", quantities: Quantities) => {
    for (const [quantity, found] of Object.entries(quantities)) {
      if (typeof found === "object") {
        rows.push([section, item, index, quantity, found.value, found.low, found.high]);
        rows.push([section, item, index, `${quantity} (plug-in)`, found.plugIn, "", ""]);
      } else if (found !== undefined) rows.push([section, item, index, quantity, found, "", ""]);
    }
  };
  const { settings, spectra, coverage, training, recommendation } = diagnosis;
  for (const [key, value] of Object.entries(settings)) {
    if (Array.isArray(value)) value.forEach((setting, i) => void put("settings", key, i + 1, { setting }));
    else put("settings", key, "", { setting: typeof value === "boolean" ? String(value) : (value as string | number) });
  }
  diagnosis.notes.forEach((note, i) => void put("notes", "", i + 1, { note }));
  if (diagnosis.reduction) {
    const { components, kept, constant } = diagnosis.reduction;
    put("reduction", "", "", { components });
    for (const [name, share] of Object.entries(kept)) put("reduction", name, "", { "share of the variance kept": share });
    for (const feature of constant) put("reduction", feature, "", { constant: "dropped" });
  }
  for (const { name, rows, shrinkage, trace, eigenvalues, effectiveRank, participation, hardness } of spectra) {
    const ranks = { "effective rank": effectiveRank, "participation ratio": participation };
    put("spectrum", name, "", { rows, shrinkage, trace, ...ranks, hardness });
    eigenvalues.forEach((eigenvalue, i) => void put("spectrum", name, i + 1, { eigenvalue }));
  }
  put("training", "", "", { "prompts needed": training.prompts, "first step over normal": training.firstStep });
  for (const [name, ratio] of Object.entries(training.radial)) put("training", name, "", { "fourth moment over normal": ratio });
  const { pivot, limit, criticalTestLength } = coverage;
  put("coverage", "", "", { pivot, limit, "critical test length": criticalTestLength });
  coverage.mu.forEach((mu, j) => void put("coverage", "", j + 1, { mu }));
  coverage.directions.forEach(({ state, features, sources, fill }, j) => {
    put("direction", "", j + 1, { state, "filled by": fill });
    for (const { feature, correlation } of features) put("direction", feature, j + 1, { correlation });
    for (const [source, share] of Object.entries(sources)) put("direction", source, j + 1, { "expected share": share });
  });
  const prediction = (item: string, { curve, verdict, bestError, safeSteps, damping, margins, sources }: Prediction) => {
    const section = "prediction";
    const { call, fall, bestSteps, moreData } = verdict;
    put(section, item, "", { call, fall });
    rows.push([section, item, "", "best steps", bestSteps.value, bestSteps.low, bestSteps.high]);
    put(section, item, "", { "error at best steps": bestError, "safe steps": safeSteps, damping, "more data: factor": moreData?.factor });
    for (const [name, count] of Object.entries(moreData?.rows ?? {})) put(section, item, "", { [`more data: rows of ${name}`]: count });
    for (const { k, error, harmed } of curve) {
      put(section, item, k, { error });
      rows.push([section, item, k, "share harmed", harmed.value, "", harmed.high]);
    }
    for (const { k, factor } of margins) put(section, item, k, { margin: factor });
    for (const [name, share] of Object.entries(sources)) put(section, item, "", { [`share of the variance: ${name}`]: share });
  };
  prediction("given mixture", diagnosis.prediction);
  if (diagnosis.recommended) prediction("recommended mixture", diagnosis.recommended);
  const { status, margin, largestMargin, weights, errors, support } = recommendation;
  put("recommendation", "", "", { status, margin, "largest margin": largestMargin });
  settings.train.forEach((name, l) => {
    put("recommendation", name, "", { weight: weights[l], "standard error": errors?.[l], support: support?.[l] });
  });
  return rows;
}

/** JSON has neither Infinity nor NaN: they become words. */
function diagnosisJson(diagnosis: Diagnosis): string {
  const words = (_: string, value: unknown) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value);
  return `${JSON.stringify(diagnosis, words, 2)}\n`;
}

/**
 * Writes diagnosis.json and diagnosis.csv into a folder, which is made if need be; both or neither (`writeTogether`).
 * @param diagnosis settings, notes, reduction?, spectra, coverage, prediction, recommendation, recommended?: as {@link diagnose} gives it
 * @param folder its path
 * @returns the files' paths
 * @throws RangeError when the folder is a file; the system's error when it cannot be written to
 * @origin ours
 * @example
 * process.getBuiltinModule("fs").writeFileSync("a.csv", Array.from({ length: 99 }, (_, i) => Math.sin(i)).join("\n"));
 * const diagnosis = await cot.diagnose({ train: ["a.csv"], target: "a.csv", n: 20, m: Infinity });
 * (await cot.diagnostic.writeDiagnosis(diagnosis, "report")).length; // => 2
 */
export async function writeDiagnosis(diagnosis: Diagnosis, folder: string): Promise<string[]> {
  const check: Checks = new Checks("writeDiagnosis");
  check.text("folder", folder);
  if (existsSync(folder) && !statSync(folder).isDirectory()) check.fail("folder", "a folder", folder);
  const [json, csv] = check.made("diagnosis", MADE, diagnosis, () => [diagnosisJson(diagnosis), csvText(diagnosisTable(diagnosis))]);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    check.fail("folder", `a folder that is there or can be made (${(error as NodeJS.ErrnoException).code})`, folder);
  }
  const files = { [join(folder, "diagnosis.json")]: json, [join(folder, "diagnosis.csv")]: csv };
  await writeTogether(files);
  return Object.keys(files);
}

function interval({ value, low, high }: Estimate): string {
  return `${short(value)} [${short(low)}, ${short(high)}]`;
}

/**
 * The diagnosis as text for people.
 * @param diagnosis settings, notes, reduction?, spectra, coverage, prediction, recommendation, recommended?: as {@link diagnose} gives it
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * process.getBuiltinModule("fs").writeFileSync("a.csv", Array.from({ length: 99 }, (_, i) => Math.sin(i)).join("\n"));
 * const diagnosis = await cot.diagnose({ train: ["a.csv"], target: "a.csv", n: 20, m: Infinity });
 * cot.diagnostic.diagnosisText(diagnosis).split("\n")[0].slice(0, 19); // => "More thinking helps"
 */
export function diagnosisText(diagnosis: Diagnosis): string {
  const check: Checks = new Checks("diagnosisText");
  return check.made("diagnosis", MADE, diagnosis, () => textOf(diagnosis));
}

function textOf(diagnosis: Diagnosis): string {
  const { settings, spectra, coverage, training, prediction, recommendation, recommended } = diagnosis;
  const lines: string[] = [];
  const title = (text: string) => lines.push("", text);
  const table = (rows: readonly (readonly string[])[]) => lines.push(...alignedLines(rows).map((line) => `  ${line}`.trimEnd()));
  lines.push(prediction.verdict.text);
  if (prediction.verdict.moreData && Number.isFinite(prediction.verdict.moreData.factor)) {
    const rows = Object.entries(prediction.verdict.moreData.rows).map(([name, count]) => `${name} ${count}`);
    lines.push(`Rows that should be enough: ${rows.join(", ")}.`);
  }
  if (diagnosis.notes.length > 0) title("Notes");
  for (const note of diagnosis.notes) lines.push(`  ${note}.`);
  title(
    `Intervals hold at ${100 * settings.confidence} %. n = ${[...new Set(settings.n)].join(", ")}, m = ${settings.m}, ${settings.features} feature${settings.features === 1 ? "" : "s"}.`,
  );
  lines.push("Error: E||w_k - w||^2 for w ~ N(0, I) and labels without noise; at k = 0 it is the number of features.");
  if (Number.isFinite(settings.m))
    lines.push(
      "For finite m it is that of a typical prompt (the geometric mean over prompts). The plain mean is larger and turns upward at",
      "some k even where the typical error falls on: rare prompts get much worse. The share of prompts harmed shows them.",
    );
  lines.push(
    "Safe up to k: with the stated confidence better than no thinking at every step so far, and at most 5 % of the prompts harmed.",
  );
  if (diagnosis.reduction) {
    const { components, kept, constant } = diagnosis.reduction;
    const shares = Object.entries(kept).map(([name, share]) => `${name} ${(100 * share).toFixed(1)} %`);
    lines.push(`Reduced to ${components} principal components; share of the variance kept: ${shares.join(", ")}.`);
    const shown = `${constant.slice(0, 10).join(", ")}${constant.length > 10 ? ", ..." : ""}`;
    if (constant.length > 0) lines.push(`Dropped, being constant in all files: ${constant.length} of the features (${shown}).`);
  }
  title("Data");
  table([
    ["", "rows", "effective rank", "hardness tr/lambda_min", "lambda_max", "lambda_min"],
    ...spectra.map(({ name, rows, effectiveRank, hardness, eigenvalues }) => [
      name,
      String(rows),
      interval(effectiveRank),
      interval(hardness),
      interval(eigenvalues[0]),
      interval(eigenvalues[eigenvalues.length - 1]),
    ]),
  ]);
  const several = settings.weights.filter((weight) => weight > 0).length > 1;
  const meaning = several ? "a step can enlarge the error" : "many steps diverge";
  const length = Number.isFinite(coverage.criticalTestLength)
    ? `from m = ${coverage.criticalTestLength} on a typical run converges`
    : "with these estimates no m is long enough";
  title(`Coverage of the target (where mu is above ${short(coverage.limit)}, ${meaning}; ${length})`);
  table([
    ["direction", "mu", "state", "features", "could be filled by"],
    ...coverage.directions.map(({ mu, state, features, fill }, j) => [
      String(j + 1),
      interval(mu),
      state,
      features
        .slice(0, 3)
        .map(({ feature, correlation }) => `${feature} (${correlation.toFixed(2)})`)
        .join(", "),
      fill ?? "none of the sources",
    ]),
  ]);
  const { prompts, radial, firstStep } = training;
  title("Training");
  const examples = [...new Set(settings.n)].join(", ");
  lines.push(
    `  With n = ${examples}, fewer than ${interval(prompts)} training prompts would make long chains diverge on any target: a necessary number, not a sufficient one.`,
  );
  for (const [name, ratio] of Object.entries(radial)) {
    const normal = ratio.low <= 1 && ratio.high >= 1 ? ", as normal rows have" : "";
    lines.push(`  ${name}: E||x||^4 is ${interval(ratio)} times that of normal rows${normal}.`);
  }
  if (firstStep) lines.push(`  For this the error of one step is ${interval(firstStep)} times what it would be of normal sources.`);
  const predicted = (label: string, { curve, verdict, bestError, safeSteps, damping }: Prediction) => {
    title(label);
    const last = settings.steps;
    const shown = [...new Set([0, 1, 2, 3, 5, 10, 20, 40, 80, 160, verdict.bestSteps.value, last])]
      .filter((k) => k <= last)
      .sort((a, b) => a - b);
    table([
      ["k", "error", "prompts harmed"],
      ...shown.map((k) => [String(k), interval(curve[k].error), `${Math.round(100 * curve[k].harmed.value)} %`]),
    ]);
    const { value, low, high } = verdict.bestSteps;
    const beyond = (k: number) => (k === last ? `${k} or more` : String(k));
    lines.push(`  best k: ${beyond(value)} [${low}, ${beyond(high)}], error there ${interval(bestError)}; safe up to k = ${safeSteps}`);
    lines.push(
      damping.low > 1
        ? `  No damping is needed: each of the ${last} steps lowers the error, and would if it were ${short(damping.low)} times as long.`
        : `  Steps multiplied by ${short(damping.low)} or less make all ${last} of them lower the error (estimated bound ${interval(damping)}).`,
    );
  };
  predicted(`Prediction, ${settings.train.map((name, l) => `${name} ${short(settings.weights[l])}`).join(", ")}`, prediction);
  title("Recommended mixture");
  if (recommendation.status === "single") lines.push("  There is one source only.");
  else if (recommendation.status === "skipped")
    lines.push("  Not asked for, or more than 256 features: then give components (--components R).");
  else if (recommendation.status === "none")
    lines.push("  No mixture of these sources was found with which many steps are better than none.");
  else {
    settings.train.forEach((name, l) => {
      const error = recommendation.errors ? ` ± ${recommendation.errors[l].toFixed(3)}` : "";
      lines.push(`  ${name}: ${recommendation.weights[l].toFixed(3)}${error}`);
    });
    if (recommendation.status === "narrow")
      lines.push("  It covers the target less firmly than prompts of this length ask for; no mixture does better by much.");
    if (recommendation.status === "searched")
      lines.push("  No mixture meets the program's sufficient condition; of the mixtures tried, this one has the least predicted error.");
    if (recommended) {
      predicted("Prediction with the recommended mixture", recommended);
      lines.push(`  ${recommended.verdict.text}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
