/** @file What an evaluation says of thinking budgets: where more gains nothing, where it hurts, and what a right answer costs. */
import { argumentsOf, Checks } from "../core/check";
import { Random } from "../core/random";
import { simultaneousLimit } from "../core/simultaneousLimit";
import { type Proportion, proportionRight, summarizeEvaluation } from "./accuracy";
import type { AnsweredProblem, Evaluation } from "./evaluation";
import { exactShare } from "./exactShare";
import { type PairedDifference, pairedDifference } from "./pairedDifference";
import { type Cost, tokensPerRight } from "./tokensPerRight";

/** How a report is made. */
export interface BudgetReportOptions {
  /** The difference of accuracy that matters to nobody, in [0, 0.5]; default 0.02, two points. */
  readonly margin?: number;
  /** How often all that a report claims is true together, at least; in [0.5, 0.9999]; default 0.95. */
  readonly confidence?: number;
  /** Price of a million tokens that the model writes, >= 0; default: none. */
  readonly price?: number;
  /** Bootstrap replications of the costs, in [100, 1e6]; default 4,000, or as many as the tails need. */
  readonly replications?: number;
  /** Seed of the replications; default 0. */
  readonly seed?: number;
}

/** One budget of a report. The interval of its accuracy is exact, and holds together with those of the others. */
export interface BudgetRow extends Proportion {
  /** Tokens that a chain might take. */
  readonly budget: number;
  /** Mean tokens of a chain and its answer, over the chains of known length; null without any. */
  readonly meanTokens: number | null;
  /** Tokens per right answer, those of wrong ones included; null when none is right or no length is known. */
  readonly tokensPerRight: Cost | null;
  /** The same in the unit of the price; null without one. */
  readonly pricePerRight: Cost | null;
}

/** Two budgets on the problems that were answered at all budgets. */
export interface BudgetPair extends PairedDifference {
  /** The smaller budget. */
  readonly smaller: number;
  /** The larger one; `difference` is its accuracy minus the smaller one's. */
  readonly larger: number;
  /** Problems that only the larger budget gets right. */
  readonly gained: number;
  /** Problems that only the smaller one gets right. */
  readonly lost: number;
}

/** The answer to one question of a report. */
export interface BudgetVerdict<Call extends string> {
  /** The answer; "unclear" when the data do not tell. */
  readonly call: Call | "unclear";
  /** The same for people. */
  readonly text: string;
  /** Problems, beyond those there are, with which it would be told in four cases of five if the truth is what was observed; null where it is told, or where no number up to a million would do. */
  readonly moreProblems: number | null;
  /** Whether another reading of the unclear answers could change it. */
  readonly unclearMatters: boolean;
}

/** Beyond which budget nothing is gained: no larger one is better by more than the margin. */
export interface EnoughVerdict extends BudgetVerdict<"enough" | "none"> {
  /** The smallest budget that is shown to be enough; null where none below the largest is. */
  readonly budget: number | null;
  /** The smallest budget that is not shown to be too small: what is enough begins here or above. */
  readonly notBelow: number | null;
}

/** What an evaluation says of thinking budgets. */
export interface BudgetReport {
  /** The model as it was asked for. */
  readonly model: string;
  /** What the report was made with. */
  readonly settings: Required<Omit<BudgetReportOptions, "price">> & { readonly price: number | null };
  /** Problems of the evaluation. */
  readonly problems: number;
  /** Problems that were answered at all budgets; pairs are of these. */
  readonly compared: number;
  /** Each budget with an answer, in increasing order. */
  readonly budgets: readonly BudgetRow[];
  /** All pairs of them. */
  readonly pairs: readonly BudgetPair[];
  /** The budget beyond which nothing is gained; "none" when each below the largest is shown to be too small. */
  readonly enough: EnoughVerdict;
  /** Whether a larger budget is worse than a smaller one, and by more than the margin. */
  readonly hurts: BudgetVerdict<"hurts" | "does not hurt">;
  /** Whether the largest budget is better than the one before it, and by more than the margin. */
  readonly rises: BudgetVerdict<"rises" | "does not rise">;
  /** What a reader of the numbers must know. */
  readonly notes: readonly string[];
}

/** How often a report's claims may be wrong: half of it for comparisons, a quarter each for accuracies and for costs. */
const SHARES = { comparisons: 0.5, accuracies: 0.25, costs: 0.25 } as const;
/** The standard normal quantile of the power 0.8. */
const POWER = 0.8416212335729143;
const MOST_PROBLEMS = 1_000_000;

/** Right, wrong or unclear, for every budget of one problem. */
type Outcomes = readonly AnsweredProblem["judgement"][];

/**
 * What an evaluation says of thinking budgets: accuracy and cost at each, beyond which nothing is gained, whether more hurts, and
 * whether accuracy still rises at the largest. Where the data do not tell, it says so, and how many more problems would.
 * All claims of a report, intervals included, are true together with the stated confidence: by Bonferroni's inequality over both ends of
 * all pairs of budgets (half of what may be wrong), of all accuracies (a quarter), and of all costs (a quarter).
 * @param evaluation settings, servedModel, answers, missing, failures, faults, unreadable
 * @param options margin = 0.02, in [0, 0.5]; confidence = 0.95, in [0.5, 0.9999]; price?, of a million tokens; replications = 4000; seed = 0
 * @throws RangeError outside the domain, or for more than 50 budgets
 * @origin ours; intervals are Clopper and Pearson's (1934) and {@link pairedDifference}'s, costs by Rubin's bootstrap (1981)
 * @example
 * // not run: needs the journal of an evaluation
 * const report = cot.evaluation.budgetReport(await cot.evaluation.readEvaluation("journal.jsonl"), { margin: 0.01 });
 * [report.enough, report.hurts, report.rises].map(({ text }) => text);
 */
export function budgetReport(evaluation: Evaluation, options: BudgetReportOptions = {}): BudgetReport {
  argumentsOf("budgetReport", evaluation, "evaluation");
  const { margin = 0.02, confidence = 0.95, price, seed = 0, replications = 4000 } = argumentsOf("budgetReport", options, "options");
  const check: Checks = new Checks("budgetReport");
  check.interval("margin", margin, 0, 0.5);
  check.interval("confidence", confidence, 0.5, 0.9999);
  if (price !== undefined) check.nonNegative("price", price);
  check.integer("seed", seed, 0);
  check.integer("replications", replications, 100, 1e6);
  check.objects("evaluation.answers", evaluation.answers);

  const { settings } = evaluation;
  const wrong = 1 - confidence;
  // The order of replies is chance; the same replies must give the same report.
  const answers = [...evaluation.answers].sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  const asked = settings.budgets.map((budget) => ({ budget, chains: answers.filter((answer) => answer.budget === budget) }));
  const used = asked.filter(({ chains }) => chains.length > 0);
  const budgets = used.map(({ budget }) => budget);
  check.integer("evaluation.settings.budgets.length", budgets.length, 0, 50);

  const tail = { accuracy: (wrong * SHARES.accuracies) / (2 * budgets.length), cost: (wrong * SHARES.costs) / (2 * budgets.length) };
  const enoughReplications = Math.max(replications, Math.ceil(1 / tail.cost));
  const rows = used.map(({ budget, chains }): BudgetRow => {
    const proportion = proportionRight(chains);
    const paid = chains.flatMap(({ tokens, answerTokens, judgement }) =>
      tokens === null || answerTokens === null ? [] : [{ tokens: tokens + answerTokens, right: judgement === "right" }],
    );
    const cost = tokensPerRight(paid, tail.cost, enoughReplications, Random.seed(seed).stream("budgetReport", budget));
    return {
      budget,
      ...proportion,
      ...exactShare(proportion.right, proportion.n, tail.accuracy),
      meanTokens: paid.length === 0 ? null : paid.reduce((sum, { tokens }) => sum + tokens, 0) / paid.length,
      tokensPerRight: cost,
      pricePerRight: cost === null || price === undefined ? null : priced(cost, price / 1e6),
    };
  });

  const complete = completeProblems(used.map(({ chains }) => chains));
  const count = (budgets.length * (budgets.length - 1)) / 2;
  const judge: Judge = { budgets, problems: complete.length, margin, tail: (wrong * SHARES.comparisons) / (2 * Math.max(1, count)) };
  const isRight: Reading = (judgement) => judgement === "right";
  const orUnclear: Reading = (judgement) => judgement === "right" || judgement === "unclear";
  const pairs = pairsOf(judge, complete, isRight, isRight);
  const verdicts = verdictsOf(judge, pairs);
  // The two extremes of how unclear answers might be meant: all in favour of the larger budgets, or of the smaller ones.
  const extremes = [pairsOf(judge, complete, isRight, orUnclear), pairsOf(judge, complete, orUnclear, isRight)].map((each) =>
    verdictsOf(judge, each),
  );
  const told = <Verdict extends { call: string; budget?: number | null; notBelow?: number | null }>(
    of: (verdicts: Verdicts) => Verdict,
  ) => {
    const claim = ({ call, budget, notBelow }: Verdict): string => JSON.stringify([call, budget, notBelow]);
    return { ...of(verdicts), unclearMatters: extremes.some((each) => claim(of(each)) !== claim(of(verdicts))) };
  };
  const [enough, hurts, rises] = [told((each) => each.enough), told((each) => each.hurts), told((each) => each.rises)];
  return {
    model: settings.model,
    settings: { margin, confidence, price: price ?? null, replications: enoughReplications, seed },
    problems: settings.problems,
    compared: complete.length,
    budgets: rows,
    pairs,
    enough,
    hurts,
    rises,
    notes: [
      ...summarizeEvaluation(evaluation).notes,
      ...notesOn(asked, complete.length),
      ...Object.entries({ enough, hurts, rises }).flatMap(([name, { unclearMatters }]) =>
        unclearMatters ? [`read otherwise, the unclear answers could change the verdict on ${QUESTIONS[name as keyof Verdicts]}`] : [],
      ),
    ],
  };
}

const QUESTIONS: Readonly<Record<keyof Verdicts, string>> = {
  enough: "which budget is enough",
  hurts: "whether more thinking hurts",
  rises: "whether accuracy still rises",
};

const priced = ({ value, low, high }: Cost, each: number): Cost => ({
  value: value * each,
  low: low === null ? null : low * each,
  high: high === null ? null : high * each,
});

/** The outcomes of the problems that have an answer at every budget. */
function completeProblems(chains: readonly (readonly AnsweredProblem[])[]): Outcomes[] {
  const byKey = chains.map((each) => new Map(each.map(({ key, judgement }) => [key, judgement])));
  const keys = [...(byKey[0]?.keys() ?? [])];
  return keys.map((key) => byKey.flatMap((each) => each.get(key) ?? [])).filter((outcomes) => outcomes.length === chains.length);
}

function notesOn(asked: readonly { readonly budget: number; readonly chains: readonly AnsweredProblem[] }[], compared: number): string[] {
  const notes: string[] = [];
  const none = asked.filter(({ chains }) => chains.length === 0).map(({ budget }) => budget);
  const keys = new Set(asked.flatMap(({ chains }) => chains.map(({ key }) => key)));
  if (none.length > 0) notes.push(`without any answer, and left out: budget ${none.join(", ")}`);
  if (keys.size > compared)
    notes.push(`${keys.size - compared} problems are not answered at all budgets; they are left out of the comparisons`);
  return notes;
}

/** What verdicts are made with. */
interface Judge {
  readonly budgets: readonly number[];
  readonly problems: number;
  readonly margin: number;
  /** How often one end of one pair may be wrong. */
  readonly tail: number;
}

type Reading = (judgement: AnsweredProblem["judgement"]) => boolean;

/** @param first which answers of the smaller budget count as right; `second` of the larger */
function pairsOf({ budgets, tail }: Judge, complete: readonly Outcomes[], first: Reading, second: Reading): BudgetPair[] {
  if (complete.length === 0) return [];
  return budgets.flatMap((smaller, i) =>
    budgets.slice(i + 1).map((larger, ahead) => {
      const j = i + 1 + ahead;
      let [gained, lost] = [0, 0];
      for (const outcomes of complete) {
        const [before, after] = [first(outcomes[i]), second(outcomes[j])];
        if (after && !before) gained++;
        if (before && !after) lost++;
      }
      return { smaller, larger, gained, lost, ...pairedDifference({ gained, lost, problems: complete.length, tail }) };
    }),
  );
}

interface Verdicts {
  readonly enough: Omit<EnoughVerdict, "unclearMatters">;
  readonly hurts: Omit<BudgetReport["hurts"], "unclearMatters">;
  readonly rises: Omit<BudgetReport["rises"], "unclearMatters">;
}

const points = (share: number): string => `${Number((100 * share).toFixed(1))} points`;
const range = ({ low, high }: PairedDifference): string => `${points(low).replace(" points", "")} to ${points(high)}`;

function verdictsOf(judge: Judge, pairs: readonly BudgetPair[]): Verdicts {
  const { budgets } = judge;
  if (pairs.length === 0) {
    const why =
      budgets.length === 0
        ? "no chain is complete"
        : budgets.length === 1
          ? "there is one budget only"
          : "no problem is answered at all budgets";
    const unclear = (what: string) => ({ call: "unclear" as const, text: `${what} cannot be told: ${why}.`, moreProblems: null });
    return {
      enough: { ...unclear("Which budget is enough"), budget: null, notBelow: budgets[0] ?? null },
      hurts: unclear("Whether more thinking hurts"),
      rises: unclear("Whether accuracy still rises"),
    };
  }
  return { enough: enoughVerdict(judge, pairs), hurts: hurtsVerdict(judge, pairs), rises: risesVerdict(judge, pairs) };
}

function enoughVerdict(judge: Judge, pairs: readonly BudgetPair[]): Verdicts["enough"] {
  const { budgets, margin } = judge;
  const last = budgets[budgets.length - 1];
  const smaller = budgets.slice(0, -1);
  const above = (budget: number) => pairs.filter((pair) => pair.smaller === budget);
  const budget = smaller.find((each) => above(each).every(({ high }) => high <= margin)) ?? null;
  const notBelow = budgets.find((each) => !above(each).some(({ low }) => low > margin))!;
  if (budget !== null) {
    const exact = notBelow === budget ? ", and smaller budgets are not enough" : `; whether a smaller one is enough cannot be told`;
    const tooSmall = budget === budgets[0] ? "" : exact;
    const text = `Beyond ${budget} tokens no budget gains more than ${points(margin)}${tooSmall}.`;
    return { call: "enough", budget, notBelow, text, moreProblems: null };
  }
  if (notBelow === last) {
    const text = `Each budget below ${last} tokens is too small: a larger one gains more than ${points(margin)}.`;
    return { call: "none", budget, notBelow, text, moreProblems: null };
  }
  // What it would be if the differences observed were the true ones.
  const observed = smaller.find((each) => above(each).every(({ difference }) => difference <= margin));
  const needed =
    observed === undefined
      ? Math.max(...smaller.map((each) => Math.min(...above(each).map((pair) => problemsNeeded(judge, pair, margin, 1)))))
      : Math.max(...above(observed).map((pair) => problemsNeeded(judge, pair, margin, -1)));
  const begins = notBelow === budgets[0] ? "" : `; none below ${notBelow} is`;
  const more = moreProblems(judge, needed);
  const text = `Which budget is enough, so that none above gains more than ${points(margin)}, cannot be told${begins}.${moreText(more)}`;
  return { call: "unclear", budget, notBelow, text, moreProblems: more };
}

function hurtsVerdict(judge: Judge, pairs: readonly BudgetPair[]): Verdicts["hurts"] {
  const { margin } = judge;
  const least = (value: (pair: BudgetPair) => number) => pairs.reduce((a, b) => (value(b) < value(a) ? b : a));
  const surest = least(({ high }) => high);
  if (surest.high < 0) {
    const { smaller, larger, low, high } = surest;
    const text = `More thinking hurts: ${larger} tokens are worse than ${smaller}, by ${range({ ...surest, low: -high, high: -low })}.`;
    return { call: "hurts", text, moreProblems: null };
  }
  if (pairs.every(({ low }) => low >= -margin))
    return {
      call: "does not hurt",
      text: `No larger budget is worse than a smaller one by more than ${points(margin)}.`,
      moreProblems: null,
    };
  const worst = least(({ difference }) => difference);
  const harm = Math.min(...pairs.map((pair) => problemsNeeded(judge, pair, 0, -1)));
  const noHarm = Math.max(...pairs.map((pair) => problemsNeeded(judge, pair, -margin, 1)));
  const more = moreProblems(judge, Math.min(harm, noHarm));
  const seen =
    worst.difference < 0
      ? ` The worst seen: ${worst.larger} tokens against ${worst.smaller}, ${points(worst.difference)}, interval ${range(worst)}.`
      : "";
  return { call: "unclear", text: `Whether more thinking hurts cannot be told.${seen}${moreText(more)}`, moreProblems: more };
}

function risesVerdict(judge: Judge, pairs: readonly BudgetPair[]): Verdicts["rises"] {
  const { budgets, margin } = judge;
  const [before, last] = budgets.slice(-2);
  const pair = pairs.find(({ smaller, larger }) => smaller === before && larger === last)!;
  if (pair.low > 0)
    return { call: "rises", text: `Accuracy still rises from ${before} to ${last} tokens, by ${range(pair)}.`, moreProblems: null };
  if (pair.high <= margin)
    return {
      call: "does not rise",
      text: `From ${before} to ${last} tokens accuracy rises by no more than ${points(margin)}.`,
      moreProblems: null,
    };
  const more = moreProblems(judge, Math.min(problemsNeeded(judge, pair, 0, 1), problemsNeeded(judge, pair, margin, -1)));
  const text = `Whether accuracy still rises from ${before} to ${last} tokens cannot be told: interval ${range(pair)}.${moreText(more)}`;
  return { call: "unclear", text, moreProblems: more };
}

/**
 * Problems with which the interval of a pair would lie on one side of a boundary with power 0.8, if the shares observed are the true ones.
 * ((z_tail + z_0.8)² (ψ - d²) + |d - boundary|) / (d - boundary)², with ψ the share of problems whose outcome changes. One more such
 * problem is added, as there may be some where none was seen; the second term is for whole problems.
 * @param side 1: above the boundary; -1: below it
 */
function problemsNeeded({ problems, tail }: Judge, { gained, lost, difference }: BudgetPair, boundary: number, side: 1 | -1): number {
  const effect = side * (difference - boundary);
  if (effect <= 0) return Number.POSITIVE_INFINITY;
  const changed = Math.min(1, (gained + lost + 1) / problems);
  const z = simultaneousLimit(1, 2 * tail) + POWER;
  return (z * z * Math.max(0, changed - difference ** 2) + effect) / effect ** 2;
}

/** Beyond those there are, rounded up to two digits, as an estimate deserves. */
function moreProblems({ problems }: Judge, needed: number): number | null {
  if (needed > MOST_PROBLEMS) return null;
  const more = Math.max(1, Math.ceil(needed - problems));
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(more)) - 1);
  return unit * Math.ceil(more / unit);
}

const moreText = (more: number | null): string =>
  more === null
    ? " What was observed lies so near the border that no number of problems up to a million would tell."
    : ` About ${more} more problems would tell (power 0.8, if the truth is what was observed).`;
