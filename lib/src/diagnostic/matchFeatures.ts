/** @file The features of several data sets, brought into one order. */
import { FeatureFileError } from "../data/featureFileError";
import type { Moments } from "../data/moments";
import { type FeatureTable, selectColumns } from "../data/table";
import type { CollectedFeatures } from "./collectFeatures";

/** A data set before it is read, or its moments. */
export type OpenedSource = FeatureTable | Omit<CollectedFeatures, "heldOut">;

/** Data sets whose features are the same, in the same order. */
export interface MatchedSources {
  readonly sources: readonly OpenedSource[];
  readonly featureNames: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Brings every data set's features into the order of the first that has names. Data sets without names are taken to have that order.
 * @throws FeatureFileError for another number of features, or other names
 */
export function matchFeatures(opened: readonly OpenedSource[]): MatchedSources {
  const about = opened.map((source) =>
    "moments" in source
      ? { file: source.name, columns: source.moments.d, names: source.featureNames }
      : { file: source.file, columns: source.columns, names: source.names },
  );
  const [first] = about;
  const named = about.find(({ names }) => names !== undefined);
  const notes: string[] = [];
  const sources = opened.map((source, s) => {
    const { file, columns, names } = about[s];
    if (names && named?.names) checkNames(file, names, named.file, named.names);
    if (columns !== first.columns) throw new FeatureFileError(file, `have ${first.columns} features, as ${first.file} has`, `${columns}`);
    if (!named?.names) return source;
    if (!names) {
      notes.push(`the features of ${file} have no names: they are taken to be those of ${named.file}, in the same order`);
      return source;
    }
    if (names.every((name, j) => name === named.names![j])) return source;
    if (new Set(names).size < names.length) {
      const got = "some that occur twice, in another order";
      throw new FeatureFileError(file, `have the features of ${named.file}, each under a name of its own`, got);
    }
    notes.push(`the features of ${file} are in another order than those of ${named.file}: matched by name`);
    const order = named.names.map((name) => names.indexOf(name));
    return "moments" in source
      ? { ...source, moments: source.moments.rearrange(order), featureNames: named.names }
      : selectColumns(source, order);
  });
  return { sources, featureNames: named?.names ?? Array.from({ length: first.columns }, (_, j) => `x${j + 1}`), notes };
}

/** Throws unless the names are the same, in any order. */
function checkNames(file: string, names: readonly string[], other: string, wanted: readonly string[]): void {
  const list = (some: readonly string[]) =>
    `${some
      .slice(0, 5)
      .map((name) => `"${name}"`)
      .join(", ")}${some.length > 5 ? ", ..." : ""}`;
  const [missing, more] = [wanted.filter((name) => !names.includes(name)), names.filter((name) => !wanted.includes(name))];
  if (missing.length + more.length === 0) return;
  const got = [missing.length > 0 ? `none called ${list(missing)}` : "", more.length > 0 ? `${list(more)} besides` : ""];
  throw new FeatureFileError(file, `have the features of ${other}`, got.filter((part) => part !== "").join(", and "), {
    remedy: "Choose the common ones (columns, --columns), or leave out the others (dropColumns, --drop-columns)",
  });
}

/** Features whose standard deviations in two files differ by this factor are likely in different units. */
const BETWEEN_FILES = 20;
/** And those of two features of one file. */
const BETWEEN_FEATURES = 100;

/**
 * Warnings of units: a feature that varies much more in one data set than in the target, and features of very different sizes, of which the
 * largest then decide alone.
 */
export function unitNotes(
  names: readonly string[],
  moments: readonly Moments[],
  featureNames: readonly string[],
  standardise: boolean,
): string[] {
  const deviations = moments.map((each) => {
    const covariance = each.covariance();
    return Array.from({ length: each.d }, (_, j) => Math.sqrt(covariance[j * (each.d + 1)]));
  });
  const notes: string[] = [];
  const last = moments.length - 1;
  const about = (factor: number) => (factor >= 1e5 ? factor.toExponential(1) : String(Number(factor.toPrecision(2))));
  deviations.slice(0, -1).forEach((own, s) => {
    const factors = own.map((deviation, j) => (deviation > 0 && deviations[last][j] > 0 ? deviations[last][j] / deviation : 1));
    const far = factors
      .map((factor, j) => ({ factor, j, size: Math.abs(Math.log(factor)) }))
      .filter(({ size }) => size > Math.log(BETWEEN_FILES));
    if (far.length === 0) return;
    const { factor, j } = far.reduce((most, each) => (each.size > most.size ? each : most));
    const [large, small] = factor > 1 ? [last, s] : [s, last];
    const others = far.length === 1 ? "" : `, the most of ${far.length} such features`;
    const size = about(Math.max(factor, 1 / factor));
    notes.push(
      `"${featureNames[j]}" varies ${size} times as much in ${names[large]} as in ${names[small]}${others}: are the units the same?`,
    );
  });
  if (standardise) return notes;
  const ranges = deviations.map((own, s) => {
    const order = own
      .map((_, j) => j)
      .filter((j) => own[j] > 0)
      .sort((a, b) => own[a] - own[b]);
    const [low, high] = [order[0], order[order.length - 1]];
    return { s, low, high, factor: order.length > 1 ? own[high] / own[low] : 1 };
  });
  const { s, low, high, factor } = ranges.reduce((most, each) => (each.factor > most.factor ? each : most));
  if (factor > BETWEEN_FEATURES)
    notes.push(
      `"${featureNames[high]}" varies ${about(factor)} times as much as "${featureNames[low]}" in ${names[s]}: the features are in different units, and the largest decide; standardise (--standardise) divides each by its standard deviation`,
    );
  return notes;
}
