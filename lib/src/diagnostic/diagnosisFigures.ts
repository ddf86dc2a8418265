/** @file The three figures of a diagnosis. Ours. */
import { Checks } from "../core/check";
import type { Figure } from "../figures/figure";
import { lineChart } from "../figures/lineChart";
import type { Diagnosis } from "./diagnose";
import type { Estimate } from "./jackknife";
import type { Prediction } from "./prediction";
import { MADE } from "./report";

/** Spectra of all data sets, coverage of the target, and error against k. */
export interface DiagnosisFigures {
  /** Of the first seven sources and the target. */
  readonly spectra: Figure;
  /** μ by direction, with the limit. */
  readonly coverage: Figure;
  /** Error against k for the given and the recommended mixture. */
  readonly prediction: Figure;
}

/** Series that a chart can tell apart. */
const MOST_SERIES = 8;
/** An error beyond this is left out, so that a diverging curve does not flatten the rest. */
const FAR = 1e4;

/**
 * The figures of a report, with their intervals. Values that a logarithmic axis cannot hold are left out, and so are errors beyond 10⁴
 * times the error of no answer.
 * @param params settings, notes, reduction?, spectra, coverage, prediction, recommendation, recommended?: as {@link diagnose} gives it
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * process.getBuiltinModule("fs").writeFileSync("a.csv", Array.from({ length: 99 }, (_, i) => Math.sin(i)).join("\n"));
 * const diagnosis = await cot.diagnose({ train: ["a.csv"], target: "a.csv", n: 20, m: Infinity });
 * cot.diagnostic.diagnosisFigures(diagnosis).prediction.layout.yaxis?.type; // => "log"
 */
export function diagnosisFigures(params: Diagnosis): DiagnosisFigures {
  const check: Checks = new Checks("diagnosisFigures");
  return check.made("diagnosis", MADE, params, () => figuresOf(params));
}

function figuresOf(params: Diagnosis): DiagnosisFigures {
  const { settings, spectra, coverage, prediction, recommended } = params;
  const { m, confidence } = settings;
  const features = settings.featureNames.length;
  const n = [...new Set(settings.n)].join(", ");
  const dimension = spectra[0].features;
  const about =
    dimension === features ? `d = ${features}` : `${dimension} ${dimension === 1 ? "component" : "components"} of ${features} features`;
  const bands = `${100 * confidence} % intervals`;
  const shown = [...spectra.slice(0, -1).slice(0, MOST_SERIES - 1), spectra[spectra.length - 1]];
  const errors = (name: string, curve: Prediction["curve"]) => {
    const estimates = curve.map(({ error }) => error);
    return { name, x: curve.map(({ k }) => k), ...band(estimates, FAR * dimension) };
  };
  const curves = [errors("given mixture", prediction.curve), ...(recommended ? [errors("recommended mixture", recommended.curve)] : [])];
  const far = curves.some(({ y }) => y[y.length - 1] === null) ? ` Drawn up to ${FAR} times the error without an answer.` : "";
  return {
    spectra: lineChart({
      x: { label: "number of the eigenvalue" },
      y: { label: "eigenvalue (variance)", log: true },
      series: shown.map(({ name, eigenvalues }) => ({ name, x: eigenvalues.map((_, i) => i + 1), ...band(eigenvalues) })),
      caption: `Spectra of the sources and of the target ${settings.target}, with ${bands}; ${about}, ${spectra.map((each) => each.rows).join(", ")} rows.`,
    }),
    coverage: lineChart({
      x: { label: "direction of the target" },
      y: { label: "variance over what training expects, μ", log: true },
      series: [{ x: coverage.mu.map((_, j) => j + 1), ...band(coverage.mu), style: "points" }],
      marks: [{ axis: "y", value: coverage.limit, label: "limit" }],
      caption: `Coverage of ${settings.target}: directions above the line are under-covered, with ${bands}; ${about}, n = ${n}, m = ${m}.`,
    }),
    prediction: lineChart({
      x: { label: "thinking steps k" },
      y: { label: "typical error of the weights", log: true },
      series: curves,
      marks: [{ axis: "y", value: dimension, label: "no answer" }],
      caption: `Predicted error on ${settings.target} against k, with ${bands}; ${about}, n = ${n}, m = ${m}, seed ${settings.seed}.${far}`,
    }),
  };
}

/** Values and interval for a logarithmic axis. */
function band(estimates: readonly Estimate[], most = Number.MAX_VALUE) {
  const cut = (value: number) => Math.min(value, most);
  const usable = estimates.map(({ low, value, high }) => low > 1e-250 && value > 0 && value <= most && !Number.isNaN(high));
  const pick = (of: (estimate: Estimate) => number) => estimates.map((estimate, i) => (usable[i] ? cut(of(estimate)) : null));
  return { y: pick(({ value }) => value), lower: pick(({ low }) => low), upper: pick(({ high }) => high) };
}
