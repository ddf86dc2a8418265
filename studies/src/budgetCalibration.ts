/** @file Can a report on thinking budgets be trusted? Many evaluations whose truth is known, and what the reports say of them. Ours. */
import type { Random } from "cotlab";
import { bisect } from "cotlab/dist/core/bisection";
import { regularizedGamma } from "cotlab/dist/core/incompleteGamma";
import { wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import type { ResultRow } from "cotlab/dist/data/resultTable";
import { type BudgetReport, budgetReport } from "cotlab/dist/evaluation/budgetReport";
import type { AnsweredProblem, Evaluation } from "cotlab/dist/evaluation/evaluation";

/** A family of random evaluations. */
export interface BudgetScenario {
  /** How the true accuracy goes with the budget. */
  readonly shape: keyof typeof SHAPES;
  /** Evaluations that are drawn. */
  readonly trials: number;
}

const MARGIN = 0.02;
/** Far less than any sample sees, and more than rounding. */
const JUST = 1e-6;
const ROUNDING = 1e-9;
/** As many as the farthest tail needs; more change an interval of costs, not how often it is wrong. */
const REPLICATIONS = 1000;

/** The change of the true accuracy from the smallest budget, at budget j of B, j = 0 .. B - 1. */
const SHAPES = {
  flat: () => 0,
  rising: (j: number, count: number) => (0.24 * j) / (count - 1),
  saturating: (j: number) => 0.24 * (1 - 4 ** -j),
  "rising then falling": (j: number, count: number) => 0.2 * (1 - (j / (count - 1) - 0.5) ** 2 * 4) - 0.1 * (j / (count - 1)),
  "gain of the margin": (j: number, count: number) => (j === count - 1 ? MARGIN : 0),
  "gain just above the margin": (j: number, count: number) => (j === count - 1 ? MARGIN + JUST : 0),
  "fall of the margin": (j: number, count: number) => (j === count - 1 ? -MARGIN : 0),
  "fall just above the margin": (j: number, count: number) => (j === count - 1 ? -MARGIN - JUST : 0),
  "up and down just above the margin": (j: number) => (j % 2) * (MARGIN + JUST),
} as const;

const PROBLEMS = [50, 100, 200, 500, 1000];
const CORRELATIONS = [0, 0.5, 0.9, 1];
/** Lengths of chains, if nothing cut them, are lognormal; longer where a problem is hard. */
const LENGTH = { log: Math.log(900), scatter: 0.6, difficulty: 0.6 };

const normalShare = (z: number): number => (z === 0 ? 0.5 : (1 + Math.sign(z) * regularizedGamma(0.5, (z * z) / 2).lower) / 2);

/** What is true of an evaluation that is drawn. */
interface Truth {
  readonly budgets: readonly number[];
  readonly accuracy: readonly number[];
  readonly tokensPerRight: readonly number[];
}

/** Draws an evaluation: a problem has a difficulty, and every answer a luck of its own, of which the correlation says how much it counts. */
function drawEvaluation(shape: BudgetScenario["shape"], random: Random) {
  const pick = <T>(list: readonly T[]): T => list[random.integer(list.length)];
  const [problems, count, correlation, missing] = [pick(PROBLEMS), 2 + random.integer(5), pick(CORRELATIONS), pick([0, 0.05])];
  const changes = Array.from({ length: count }, (_, j) => SHAPES[shape](j, count));
  const [from, to] = [0.03 - Math.min(...changes), 0.97 - Math.max(...changes)];
  const base = from + random.uniform() * (to - from);
  const accuracy = changes.map((change) => base + change);
  const thresholds = accuracy.map((share) => bisect((z: number) => normalShare(z) >= share, -8, 8).yes);
  const budgets = Array.from({ length: count }, (_, j) => 500 * 2 ** j);
  const { log, scatter, difficulty } = LENGTH;
  const answers: AnsweredProblem[] = [];
  for (let i = 0; i < problems; i++) {
    const hard = random.normal();
    const own = random.normal();
    const length = Math.exp(log + scatter * (difficulty * hard + Math.sqrt(1 - difficulty ** 2) * own));
    for (const [j, budget] of budgets.entries()) {
      const z = Math.sqrt(correlation) * hard + Math.sqrt(1 - correlation) * random.normal();
      const left = random.uniform() < missing;
      if (!left) answers.push(answer(`gcd:${i}`, budget, z < thresholds[j], Math.min(budget, length)));
    }
  }
  // E min(b, e^(μ + σ g)).
  const meanTokens = budgets.map((budget) => {
    const z = (Math.log(budget) - log) / scatter;
    return Math.exp(log + scatter ** 2 / 2) * normalShare(z - scatter) + budget * normalShare(-z);
  });
  const truth: Truth = { budgets, accuracy, tokensPerRight: meanTokens.map((tokens, j) => tokens / accuracy[j]) };
  return { evaluation: evaluationOf(problems, budgets, answers), truth, drawn: { problems, budgets: count, correlation, missing, base } };
}

function answer(key: string, budget: number, right: boolean, tokens: number): AnsweredProblem {
  const plain = { found: [], read: "marked", answerTokens: 0, waits: 0, cut: false, empty: false, model: "simulated" } as const;
  return { key, kind: "gcd", budget, judgement: right ? "right" : "wrong", tokens, ...plain };
}

function evaluationOf(problems: number, budgets: readonly number[], answers: readonly AnsweredProblem[]): Evaluation {
  const policy = { forcing: "none", continuation: "turn", answerTokens: 64, maxWaits: 8, waitText: "wait", answerText: "answer" } as const;
  const settings = { model: "simulated", problems, digest: "", budgets, policy, temperature: 0, seed: 0, stop: [] };
  const missing = problems * budgets.length - answers.length;
  return { settings, servedModel: null, answers, missing, failures: [], faults: 0, unreadable: 0 };
}

/** Whether what a report says is false. */
function judgeReport({ budgets: rows, pairs, enough, hurts, rises }: BudgetReport, { budgets, accuracy, tokensPerRight }: Truth) {
  const at = (budget: number): number => accuracy[budgets.indexOf(budget)];
  const change = (smaller: number, larger: number): number => at(larger) - at(smaller);
  const isEnough = (budget: number): boolean => budgets.every((larger) => larger <= budget || change(budget, larger) <= MARGIN + ROUNDING);
  const tooSmall = budgets.filter((budget) => enough.notBelow !== null && budget < enough.notBelow);
  const falls = budgets.flatMap((larger, j) => budgets.slice(0, j).map((smaller) => -change(smaller, larger)));
  const [fall, rise] = [Math.max(...falls), change(budgets[budgets.length - 2], budgets[budgets.length - 1])];
  const wrong = {
    enough: (enough.budget !== null && !isEnough(enough.budget)) || tooSmall.some(isEnough),
    hurts: (hurts.call === "hurts" && fall <= ROUNDING) || (hurts.call === "does not hurt" && fall > MARGIN + ROUNDING),
    rises: (rises.call === "rises" && rise <= ROUNDING) || (rises.call === "does not rise" && rise > MARGIN + ROUNDING),
  };
  const holds = (interval: { readonly low: number | null; readonly high: number | null }, value: number): boolean =>
    (interval.low ?? 0) <= value + ROUNDING && value <= (interval.high ?? Number.POSITIVE_INFINITY) + ROUNDING;
  const covered = {
    pairs: pairs.every((pair) => holds(pair, change(pair.smaller, pair.larger))),
    accuracies: rows.every((row) => holds(row, at(row.budget))),
    costs: rows.every(({ budget, tokensPerRight: cost }) => cost === null || holds(cost, tokensPerRight[budgets.indexOf(budget)])),
  };
  return { wrong, covered };
}

/** The rows of a scenario's trials `from` to `to`. */
export function budgetRows({ shape }: BudgetScenario, from: number, to: number, stream: Random): ResultRow[] {
  return Array.from({ length: to - from }, (_, i): ResultRow => {
    const { evaluation, truth, drawn } = drawEvaluation(shape, stream.stream(shape, from + i));
    const report = budgetReport(evaluation, { margin: MARGIN, replications: REPLICATIONS });
    const { wrong, covered } = judgeReport(report, truth);
    const wrongCall = Object.values(wrong).some(Boolean);
    return {
      trial: from + i,
      ...drawn,
      enough: report.enough.call,
      hurts: report.hurts.call,
      rises: report.rises.call,
      enoughWrong: Number(wrong.enough),
      hurtsWrong: Number(wrong.hurts),
      risesWrong: Number(wrong.rises),
      pairsCovered: Number(covered.pairs),
      accuraciesCovered: Number(covered.accuracies),
      costsCovered: Number(covered.costs),
      callWrong: Number(wrongCall),
      anyWrong: Number(wrongCall || Object.values(covered).includes(false)),
    };
  });
}

const QUESTIONS = ["enough", "hurts", "rises"] as const;

/** What a scenario's rows, or all, come to; shares with Wilson's 95 % intervals. */
export function budgetSummary(rows: readonly ResultRow[]) {
  const round = (value: number): number => Number(value.toFixed(4));
  const share = (of: (row: ResultRow) => boolean) => {
    const { value, low, high } = wilsonInterval(rows.filter(of).length, rows.length);
    return { share: round(value), low: round(low), high: round(high) };
  };
  const columns = ["callWrong", "enoughWrong", "hurtsWrong", "risesWrong", "anyWrong", "pairsCovered", "accuraciesCovered", "costsCovered"];
  return {
    trials: rows.length,
    ...Object.fromEntries(columns.map((column) => [column, share((row) => row[column] === 1)])),
    abstained: Object.fromEntries(QUESTIONS.map((question) => [question, share((row) => row[question] === "unclear")])),
    abstainedByProblems: Object.fromEntries(
      PROBLEMS.map((problems) => {
        const some = rows.filter((row) => row.problems === problems);
        return [
          problems,
          Object.fromEntries(QUESTIONS.map((each) => [each, round(some.filter((row) => row[each] === "unclear").length / some.length)])),
        ];
      }),
    ),
  };
}

/** What is stored. */
export const budgetScenarios: Readonly<Record<string, BudgetScenario>> = Object.fromEntries(
  (Object.keys(SHAPES) as BudgetScenario["shape"][]).map((shape) => [shape, { shape, trials: 1000 }]),
);
