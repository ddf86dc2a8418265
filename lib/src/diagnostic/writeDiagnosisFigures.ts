/** @file The figures of a diagnosis as files. Ours. */
import { Checks } from "../core/check";
import { exportFigure } from "../figures/exportFigure";
import type { Diagnosis } from "./diagnose";
import { diagnosisFigures } from "./diagnosisFigures";
import { MADE } from "./report";

/**
 * Writes the figures spectra, coverage and prediction into a folder, each as PDF, SVG, PNG, CSV and JSON ({@link exportFigure}).
 * @param diagnosis settings, notes, reduction?, spectra, coverage, prediction, recommendation, recommended?: as {@link diagnose} gives it
 * @param folder its path; it is made when missing
 * @returns the paths, five a figure
 * @throws file errors
 * @origin ours
 * @example
 * // not run: reads files, and draws for seconds
 * const diagnosis = await cot.diagnose({ train: ["train.npy"], target: "target.npy", n: 20, m: 40 });
 * await cot.diagnostic.writeDiagnosisFigures(diagnosis, "report");
 */
export async function writeDiagnosisFigures(diagnosis: Diagnosis, folder: string): Promise<string[]> {
  const check: Checks = new Checks("writeDiagnosisFigures");
  check.text("folder", folder);
  const { seed, words, figures } = check.made("diagnosis", MADE, diagnosis, () => {
    const { seed, ...parameters } = diagnosis.settings;
    const words = JSON.parse(JSON.stringify(parameters, (_, value) => (value === Number.POSITIVE_INFINITY ? "Infinity" : value)));
    return { seed, words, figures: diagnosisFigures(diagnosis) };
  });
  const paths: string[] = [];
  for (const [name, figure] of Object.entries(figures)) {
    const metadata = { seed, parameters: words as Record<string, unknown> };
    const files = await exportFigure(figure, { name, directory: folder, metadata });
    paths.push(files.pdf, files.svg, files.png, files.csv, files.json);
  }
  return paths;
}
