/** @file What the fine-tuned language models of notebook 11 answered: their stored replies, judged anew, and what sets their accuracy apart. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { distinct } from "cotlab/dist/core/grids";
import { lengthBuckets, proportionRight } from "cotlab/dist/evaluation/accuracy";
import { type AnsweredProblem, type Evaluation, readEvaluation } from "cotlab/dist/evaluation/evaluation";
import { type AccuracyDifference, type Outcome, pairedBootstrap } from "cotlab/dist/evaluation/pairedBootstrap";
import { paperTable, type TableRow } from "cotlab/dist/evaluation/paperTable";
import type { Detail } from "cotlab/dist/reasoning/problem";
import { detailInTurn, drawProblemSet, type ProblemSetParams } from "cotlab/dist/reasoning/problemSet";
import { type OverSeeds, overSeeds } from "./symbolExperiment";

/** The two tasks, each of which is the other's misaligned one. */
export const LANGUAGE_TASKS = ["gcd", "polynomial"] as const;
export type LanguageTask = (typeof LANGUAGE_TASKS)[number];

/** The models, in the order of the paper's table; the mixture is ours. */
export const LANGUAGE_TRAININGS = ["base", "gcd", "polynomial", "mixture"] as const;
export type LanguageTraining = (typeof LANGUAGE_TRAININGS)[number];

/** How a chain came by its length: by itself, cut at a budget, or besides told to go on up to it. */
export type LanguageForcing = "free" | "cut" | "fill";

/** One model, asked one set of problems. */
export interface AskedModel {
  readonly training: LanguageTraining;
  /** How it was trained: "full" or "lora"; "" for the base model. */
  readonly method: string;
  /** 0 for the base model. */
  readonly seed: number;
  readonly task: LanguageTask;
  readonly forcing: LanguageForcing;
  readonly evaluation: Evaluation;
}

/** What is known of a problem beside its key. */
export interface LanguageProblem {
  readonly detail: Detail;
  /** Divisions of Euclid's algorithm; 0 for polynomials. */
  readonly euclidSteps: number;
  readonly answer: string;
}

/** All that is stored. */
export interface LanguageModels {
  readonly asked: readonly AskedModel[];
  readonly problems: ReadonlyMap<string, LanguageProblem>;
}

const NAME = /^(?:(base)|(\w+)-(\w+)-(\d+))-(gcd|polynomial)(?:-(cut|fill))?\.jsonl\.gz$/;

/** Reads the replies and the problems of data/smollm2, or of a folder like it. */
export async function readLanguageModels(folder: string): Promise<LanguageModels> {
  const files = readdirSync(join(folder, "replies")).filter((name) => NAME.test(name));
  const asked = await Promise.all(
    files.map(async (name): Promise<AskedModel> => {
      const [, base, training, method = "", seed = "0", task, forcing = "free"] = NAME.exec(name)!;
      const evaluation = await readEvaluation(join(folder, "replies", name));
      return { training: base ?? training, method, seed: Number(seed), task, forcing, evaluation } as AskedModel;
    }),
  );
  const order = ({ training, method, seed }: AskedModel) => `${LANGUAGE_TRAININGS.indexOf(training)} ${method} ${seed}`;
  const problems = new Map(LANGUAGE_TASKS.flatMap((task) => problemsOf(join(folder, `${task}.json`))));
  return { asked: asked.sort((a, b) => (order(a) < order(b) ? -1 : 1)), problems };
}

function problemsOf(spec: string): [string, LanguageProblem][] {
  const set = JSON.parse(readFileSync(spec, "utf8")) as ProblemSetParams & { readonly detail: readonly Detail[] };
  return drawProblemSet(set).map(({ key, difficulty, answer }, i) => [
    key,
    { detail: detailInTurn(i, set.specs.length, set.detail), euclidSteps: difficulty.euclidSteps ?? 0, answer: answer.join(", ") },
  ]);
}

/** Which of the models are meant; the base model was trained by no method. */
export type ModelChoice = Partial<Pick<AskedModel, "training" | "method" | "task" | "forcing">>;

/** Those that are chosen, a seed each. */
export function chosen({ asked }: LanguageModels, choice: ModelChoice): AskedModel[] {
  const isMeant = (model: AskedModel): boolean =>
    (Object.keys(choice) as (keyof ModelChoice)[]).every(
      (name) => model[name] === choice[name] || (name === "method" && model.training === "base"),
    );
  return asked.filter(isMeant);
}

/** The trainings that are stored of a choice. */
export const trainingsThere = (models: LanguageModels, choice: ModelChoice): LanguageTraining[] =>
  LANGUAGE_TRAININGS.filter((training) => chosen(models, { ...choice, training }).length > 0);

/** Which chains count. */
export type ChainFilter = (chain: AnsweredProblem, problem: LanguageProblem) => boolean;

/** The accuracy of a model's chains that count. */
export interface GroupAccuracy {
  readonly training: LanguageTraining;
  /** Mean over seeds, each counting the same, and its standard error over seeds; the base model has one. */
  readonly accuracy: OverSeeds;
  /** Wilson's interval of all chains, as if seeds were other problems. */
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly meanTokens: number;
}

/** Accuracy by training over the chains that count; a training without any is left out. */
export function accuracyOf(models: LanguageModels, choice: ModelChoice, counts: ChainFilter): GroupAccuracy[] {
  return LANGUAGE_TRAININGS.flatMap((training): GroupAccuracy[] => {
    const seeds = chosen(models, { ...choice, training }).map((model) => counted(models, model, counts));
    const all = seeds.flat();
    if (all.length === 0) return [];
    const { low, high, n } = proportionRight(all);
    const accuracy = overSeeds(seeds.filter((chains) => chains.length > 0).map((chains) => proportionRight(chains).accuracy!));
    return [{ training, accuracy, low, high, n, meanTokens: all.reduce((sum, { tokens }) => sum + (tokens ?? 0), 0) / n }];
  });
}

function counted({ problems }: LanguageModels, { evaluation }: AskedModel, counts: ChainFilter): AnsweredProblem[] {
  return evaluation.answers.filter((chain) => counts(chain, problems.get(chain.key)!));
}

/** How accuracy changes from one group of chains to another, on the same problems or on others of the same difficulty. */
export interface AccuracyChange extends AccuracyDifference {
  readonly difference: number;
  /** The change of each seed. */
  readonly seeds: readonly number[];
  /** "rises" or "falls" where the interval says so. */
  readonly call: "rises" | "falls" | "cannot be told";
}

/**
 * The change of accuracy from the chains of `before` to those of `after`, seeds pooled; problems are drawn with replacement.
 * @param level coverage of the interval: 0.95, or more where several changes are looked at
 */
export function accuracyChange(
  models: LanguageModels,
  before: { readonly of: readonly AskedModel[]; readonly counts: ChainFilter },
  after: { readonly of: readonly AskedModel[]; readonly counts: ChainFilter },
  level = 0.95,
): AccuracyChange {
  const groups = [before, after].map(({ of, counts }) => of.map((model) => counted(models, model, counts)));
  const keys = [...new Set(groups.flat(2).map(({ key }) => key))].sort();
  const outcomes = groups.map((seeds): Outcome[] => {
    const found = new Map(keys.map((key) => [key, { right: 0, n: 0 }]));
    for (const { key, judgement } of seeds.flat()) {
      const outcome = found.get(key)!;
      outcome.n++;
      outcome.right += Number(judgement === "right");
    }
    return [...found.values()];
  });
  const change = pairedBootstrap({ first: outcomes[0], second: outcomes[1], level });
  const [first, second] = groups.map((seeds) => seeds.map((chains) => proportionRight(chains).accuracy!));
  // A base model stands beside every seed.
  const seeds = second.map((accuracy, i) => accuracy - first[first.length === 1 ? 0 : i]);
  const call = change.low > 0 ? "rises" : change.high < 0 ? "falls" : "cannot be told";
  return { ...change, difference: change.difference!, seeds, call };
}

/** What sets the length of a chain and nothing else. */
export interface LengthChange {
  readonly training: LanguageTraining;
  readonly task: LanguageTask;
  readonly how: string;
  readonly change: AccuracyChange;
}

/** The least and the largest of the budgets that chains were forced to. */
export function forcedBudgets({ asked }: LanguageModels): readonly number[] {
  return asked.find(({ forcing }) => forcing !== "free")?.evaluation.settings.budgets ?? [];
}

/**
 * Every way in which chains were made longer and nothing else was changed: a budget that cuts less, a chain that is filled up to the
 * largest budget, and a solution that is asked for in more detail, of problems of the same difficulty.
 * Each interval holds for all of a model's three together, by Bonferroni's inequality.
 */
export function lengthChanges(models: LanguageModels, method: string): LengthChange[] {
  const budgets = forcedBudgets(models);
  const [least, most] = [budgets[0], budgets[budgets.length - 1]];
  const detail =
    (wanted: Detail): ChainFilter =>
    (_, problem) =>
      problem.detail === wanted;
  const at =
    (budget: number): ChainFilter =>
    (chain) =>
      chain.budget === budget;
  return LANGUAGE_TASKS.flatMap((task) =>
    LANGUAGE_TRAININGS.flatMap((training) => {
      const of = (forcing: LanguageForcing) => chosen(models, { training, method, task, forcing });
      const [free, cut, fill] = [of("free"), of("cut"), of("fill")];
      const ways = [
        ...(cut.length > 0 ? [{ how: `cut at ${most}, not at ${least}`, from: [cut, at(least)], to: [cut, at(most)] }] : []),
        ...(cut.length > 0 && fill.length > 0
          ? [{ how: `filled up to ${most}, not only cut`, from: [cut, at(most)], to: [fill, at(most)] }]
          : []),
        ...(free.length > 0 ? [{ how: "asked for detail 3, not 1", from: [free, detail(1)], to: [free, detail(3)] }] : []),
      ] as { how: string; from: [AskedModel[], ChainFilter]; to: [AskedModel[], ChainFilter] }[];
      const level = 1 - 0.05 / Math.max(1, ways.length);
      return ways.map(({ how, from, to }) => {
        const change = accuracyChange(models, { of: from[0], counts: from[1] }, { of: to[0], counts: to[1] }, level);
        return { training, task, how, change };
      });
    }),
  );
}

/** The share of the commonest answer of a task's problems: what a constant reply solves. */
export function constantAnswer({ problems }: LanguageModels, task: LanguageTask): { readonly answer: string; readonly share: number } {
  const answers = [...problems].filter(([key]) => key.startsWith(`${task}:`)).map(([, { answer }]) => answer);
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const [answer, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  return { answer, share: count / answers.length };
}

/** Chain lengths that suit SmolLM2, in its tokens: those of its recipe. */
export const OWN_BUCKETS = "[0,32) [32,64) [64,128) [128,256) [256,640]";

/** The paper's table beside ours: chains of their own length on one task, seeds pooled; default: in the paper's buckets. */
export function lengthTable(models: LanguageModels, method: string, task: LanguageTask, buckets?: string): TableRow[] {
  const runs = trainingsThere(models, { method, task, forcing: "free" }).map((training) => [
    training,
    chosen(models, { training, method, task, forcing: "free" }).map(({ evaluation }) => evaluation),
  ]);
  if (runs.length === 0) return [];
  return paperTable(Object.fromEntries(runs), undefined, lengthBuckets(buckets));
}

/** All that the stored replies come to, by the method of training: what data/smollm2/results.json holds. */
export function languageModelResults(models: LanguageModels) {
  const methods = [...new Set(models.asked.flatMap(({ method }) => method || []))];
  const free = (method: string, task: LanguageTask) => ({ method, task, forcing: "free" }) as const;
  return Object.fromEntries(
    methods.map((method) => [
      method,
      Object.fromEntries(
        LANGUAGE_TASKS.map((task) => [
          task,
          {
            constantAnswer: constantAnswer(models, task),
            byLength: lengthTable(models, method, task, OWN_BUCKETS),
            byPaperLength: lengthTable(models, method, task),
            byEuclidSteps: groups(models, "euclidSteps", free(method, task)),
            byDetail: groups(models, "detail", free(method, task)),
            byBudget: (["cut", "fill"] as const).flatMap((forcing) =>
              forcedBudgets(models).flatMap((budget) =>
                accuracyOf(models, { method, task, forcing }, (chain) => chain.budget === budget).map((row) => ({
                  forcing,
                  budget,
                  ...row,
                })),
              ),
            ),
            longerChains: lengthChanges(models, method).filter((change) => change.task === task),
          },
        ]),
      ),
    ]),
  );
}

/** Accuracy by something that is known of the problems. */
function groups(models: LanguageModels, of: "euclidSteps" | "detail", choice: ModelChoice) {
  const values = distinct([...models.problems.values()].map((problem) => problem[of]));
  return values.flatMap((value) =>
    accuracyOf(models, choice, (_, problem) => problem[of] === value).map((row) => ({ [of]: value, ...row })),
  );
}
