/** @file Asks a served model a set of problems under token budgets, keeping every reply. */
import { existsSync } from "node:fs";
import { argumentsOf, Checks } from "../core/check";
import { isObject } from "../core/isObject";
import { PROBLEM_KINDS } from "../reasoning/problem";
import { type ChainPolicy, completePolicy, type JudgedChain, judgeChain, nextStep } from "./chain";
import { type ChatClient, ChatError, type ChatFault } from "./chatClient";
import { type ChatReply, excerpt, MalformedReplyError, readChatReply } from "./chatReply";
import { type EvaluationProblem, problemsDigest } from "./evaluationProblem";
import { Journal, readJournal } from "./journal";

/** Who is asked what, and how. */
export interface EvaluationParams {
  /** The model that is asked. */
  readonly client: ChatClient;
  /** Problems with distinct keys, at least 1. */
  readonly problems: readonly EvaluationProblem[];
  /** Tokens that a chain may take, each in [1, 1e6]; every problem is asked once under each budget. */
  readonly budgets: readonly number[];
  /** How chains are kept to a budget; default: a ceiling, and nothing else. */
  readonly policy?: ChainPolicy;
  /** Sampling temperature, in [0, 2]; default 0. */
  readonly temperature?: number;
  /** Seed that is sent to the server; integer >= 0; default 0. */
  readonly seed?: number;
  /** Strings at which the server ends a reply; default: none. */
  readonly stop?: readonly string[];
  /** Requests under way at once, in [1, 1024]; default 8. */
  readonly concurrency?: number;
  /** Path of the journal. When it exists, the evaluation goes on where it stopped. */
  readonly journal: string;
  /** Stops the evaluation; what was answered by then is kept. */
  readonly signal?: AbortSignal;
  /** Told of every chain that ends. */
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

/** How far an evaluation is. */
export interface EvaluationProgress {
  /** Chains that are complete, over all runs. */
  readonly answered: number;
  /** Chains of this run that failed. */
  readonly failed: number;
  /** Chains in all. */
  readonly total: number;
}

/** A chain of an evaluation, judged. */
export interface AnsweredProblem extends JudgedChain, Pick<EvaluationProblem, "key" | "kind"> {
  /** Tokens that the chain might take. */
  readonly budget: number;
}

/** What is asked and how: two runs with the same settings ask the same questions. */
export interface EvaluationSettings extends Required<Pick<EvaluationParams, "budgets" | "temperature" | "seed" | "stop">> {
  /** The model's name as it is asked for. */
  readonly model: string;
  /** How many problems. */
  readonly problems: number;
  /** SHA-256 of the problems in their words. */
  readonly digest: string;
  /** How chains are kept to a budget. */
  readonly policy: Required<ChainPolicy>;
}

/** What a model answered. */
export interface Evaluation {
  /** What was asked and how. */
  readonly settings: EvaluationSettings;
  /** The model's name as the server states it; null when it never did. */
  readonly servedModel: string | null;
  /** Every chain that was completed, in the order of the journal. */
  readonly answers: readonly AnsweredProblem[];
  /** Chains that are not complete: not asked yet, or failed. */
  readonly missing: number;
  /** Why chains of this run failed. Empty for an evaluation that was only read. */
  readonly failures: readonly string[];
  /** Tries that failed and were repeated, over all runs. */
  readonly faults: number;
  /** Lines of the journal that could not be read; what they held is asked again. */
  readonly unreadable: number;
}

/** The evaluation cannot go on. What was answered is kept, and the same call goes on from there. */
export class EvaluationStoppedError extends Error {
  override readonly name = "EvaluationStoppedError";
}

/** What a journal holds, read again from its raw replies. */
interface Known extends Record<"entries" | "faults" | "unreadable", number> {
  settings: EvaluationSettings | undefined;
  servedModel: string | null;
  readonly answers: Map<string, AnsweredProblem>;
}

const idOf = (key: string, budget: number): string => `${key}@${budget}`;

/**
 * Runs an evaluation, or goes on with one that was stopped, by Ctrl-C, a kill or a failing server.
 * Every reply lies on the disk, whole and unjudged, before the next problem is asked; a chain counts once, however often it is asked.
 * @param params of {@link EvaluationParams}: client, problems, budgets and journal are needed
 * @returns what was answered; with `missing` > 0 when the signal stopped it or requests failed
 * @throws EvaluationStoppedError when the server refuses all requests, changes its model, or fails again and again
 * @throws RangeError outside the domain, or when the journal belongs to other settings
 * @origin ours; cutting a chain, or telling a model to wait, is the budget forcing of Muennighoff and others 2025
 * @example
 * // not run: needs a server
 * const client = new cot.evaluation.ChatClient({ endpoint: "http://127.0.0.1:8000/v1", model: "qwen2.5-7b" });
 * const drawn = cot.reasoning.drawProblemSet({ specs: [{ kind: "gcd" }], count: 100, split: "test", seed: 1 });
 * const problems = drawn.map((problem) => cot.evaluation.evaluationProblem(problem));
 * await cot.evaluation.runEvaluation({ client, problems, budgets: [1000, 2000], journal: "journal.jsonl" });
 */
export async function runEvaluation(params: EvaluationParams): Promise<Evaluation> {
  argumentsOf("runEvaluation", params);
  const { client, problems, concurrency = 8, onProgress } = params;
  const check: Checks = new Checks("runEvaluation");
  const settings = checkedSettings(check, params);
  check.integer("concurrency", concurrency, 1, 1024);
  const journal = await Journal.open(params.journal);
  try {
    const known = await readKnown(params.journal);
    if (known.settings !== undefined) checkSameSettings(check, known.settings, settings, params.journal);
    else if (known.entries > 0) check.fail("journal", "a new file, or the journal of an evaluation", params.journal);
    else await journal.append({ kind: "settings", endpoint: client.endpoint, ...settings });

    const chains = settings.budgets.flatMap((budget) => problems.map((problem) => ({ problem, budget, id: idOf(problem.key, budget) })));
    const open = chains.filter(({ id }) => !known.answers.has(id));
    const failures: string[] = [];
    let inARow = 0;
    const report = () => onProgress?.({ answered: known.answers.size, failed: failures.length, total: chains.length });
    report();
    await forEach(open, concurrency, params.signal, async ({ problem, budget, id }, signal) => {
      const onFault = (fault: ChatFault): void => {
        known.faults++;
        // Faults are for people who look for a cause; should the disk fail, the next reply's line tells.
        journal.append({ kind: "fault", id, ...fault }).catch(() => undefined);
      };
      try {
        const replies = await askChain(client, problem.question, budget, settings, known, signal, onFault);
        const { key, kind, answer } = problem;
        await journal.append({ kind: "chain", key, task: kind, answer, budget, replies: replies.map(({ raw }) => raw) });
        known.answers.set(id, { key, kind, budget, ...judgeChain(problem, replies, budget, settings.policy) });
        inARow = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof ChatError)) throw error;
        if (error.scope === "server") throw new EvaluationStoppedError(`${check.fn}: ${error.message}`);
        failures.push(`${id}: ${error.message}`);
        if (++inARow >= Math.max(20, 2 * concurrency))
          throw new EvaluationStoppedError(`${check.fn}: ${inARow} requests failed in a row, the last with: ${error.message}`);
      }
      report();
    });
    return evaluationOf(settings, known, failures);
  } finally {
    await journal.close();
  }
}

function checkedSettings(
  check: Checks,
  { client, problems, temperature = 0, seed = 0, stop = [], ...params }: EvaluationParams,
): EvaluationSettings {
  if (!Array.isArray(problems) || problems.length === 0) check.fail("problems", "a non-empty list", problems);
  if (new Set(problems.map(({ key }) => key)).size < problems.length) check.fail("problems", "problems with distinct keys", problems);
  const budgets = [...new Set(params.budgets)].sort((a, b) => a - b);
  if (budgets.length === 0) check.fail("budgets", "a non-empty list", params.budgets);
  for (const budget of budgets) check.integer("budgets", budget, 1, 1_000_000);
  check.interval("temperature", temperature, 0, 2);
  check.integer("seed", seed, 0);
  const asked = { model: client.model, problems: problems.length, digest: problemsDigest(problems), budgets };
  return { ...asked, policy: completePolicy(params.policy), temperature, seed, stop: [...stop] };
}

/** Asks for a chain, step by step. @returns its replies @throws ChatError, or EvaluationStoppedError when the server changed its model */
async function askChain(
  client: ChatClient,
  question: string,
  budget: number,
  { policy, temperature, seed, stop }: EvaluationSettings,
  known: Known,
  signal: AbortSignal,
  onFault: (fault: ChatFault) => void,
): Promise<ChatReply[]> {
  const replies: ChatReply[] = [];
  try {
    for (let step = nextStep(question, replies, budget, policy); step; step = nextStep(question, replies, budget, policy)) {
      const reply = await client.reply({ ...step, temperature, seed, stop }, signal, onFault);
      known.servedModel ??= reply.model;
      if (reply.model !== null && reply.model !== known.servedModel) throw otherModel(known.servedModel!, reply, onFault);
      replies.push(reply);
    }
    return replies;
  } catch (error) {
    if (!signal.aborted) for (const { raw } of replies) onFault({ reason: "part of a chain that was not completed", raw });
    throw error;
  }
}

/** Works on every item, several at once; the first error stops the others and is thrown. */
async function forEach<T>(
  items: readonly T[],
  atOnce: number,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const stopping = new AbortController();
  const either = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal;
  // All workers share one iterator, so that each item is taken by one of them.
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (either.aborted) return;
      await work(item, either);
    }
  };
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, worker);
  // Waits for all, also where one has failed; the first error aborts the others and is the reason why.
  await Promise.all(workers.map((each) => each.catch((error: unknown) => stopping.abort({ error }))));
  if (stopping.signal.aborted) throw stopping.signal.reason.error;
}

function evaluationOf(settings: EvaluationSettings, known: Known, failures: readonly string[]): Evaluation {
  const { servedModel, faults, unreadable } = known;
  const answers = [...known.answers.values()];
  const missing = settings.problems * settings.budgets.length - answers.length;
  return { settings, servedModel, answers, missing, failures, faults, unreadable };
}

/**
 * Reads an evaluation from its journal, without asking anything; the replies are judged anew.
 * @param journal path of the journal
 * @throws RangeError when the file is no journal of an evaluation
 * @origin ours
 * @example
 * // not run: needs the journal of an evaluation
 * (await cot.evaluation.readEvaluation("journal.jsonl")).answers.length;
 */
export async function readEvaluation(journal: string): Promise<Evaluation> {
  const check: Checks = new Checks("readEvaluation");
  check.text("journal", journal);
  const known = existsSync(journal) ? await readKnown(journal) : undefined;
  if (known?.settings === undefined) return check.fail("journal", "the path of an evaluation's journal", journal);
  return evaluationOf(known.settings, known, []);
}

/** A finished chain as it stands in a journal, where a kind of problem is called a task. */
interface ChainEntry extends Pick<EvaluationProblem, "key" | "answer">, Pick<AnsweredProblem, "budget"> {
  readonly task: EvaluationProblem["kind"];
  readonly replies: readonly string[];
}

async function readKnown(path: string): Promise<Known> {
  const known: Known = { settings: undefined, servedModel: null, answers: new Map(), entries: 0, faults: 0, unreadable: 0 };
  let malformed = 0;
  const torn = await readJournal(path, (entry) => {
    known.entries++;
    if (entry.kind === "fault") known.faults++;
    else if (entry.kind === "settings") known.settings ??= settingsOf(entry);
    else if (entry.kind === "chain" && known.settings !== undefined) {
      const chain = chainOf(entry, known.settings.policy);
      if (chain === undefined) {
        malformed++;
        return;
      }
      const id = idOf(chain.key, chain.budget);
      if (known.answers.has(id)) return;
      known.servedModel ??= chain.model;
      known.answers.set(id, chain);
    }
  });
  known.unreadable = torn + malformed;
  known.entries += torn;
  return known;
}

/** The settings that a line holds; undefined when it is of another form, as in the file of another program. */
function settingsOf({ kind: _, endpoint: __, ...settings }: Readonly<Record<string, unknown>>): EvaluationSettings | undefined {
  const { model, problems, digest, budgets, policy } = settings;
  const whole = typeof model === "string" && typeof problems === "number" && typeof digest === "string" && isObject(policy);
  return whole && Array.isArray(budgets) && budgets.every(Number.isInteger) ? (settings as unknown as EvaluationSettings) : undefined;
}

/** The chain that a line holds, judged; undefined when it is no whole chain. */
function chainOf(entry: Readonly<Record<string, unknown>>, policy: Required<ChainPolicy>): AnsweredProblem | undefined {
  const { key, task: kind, answer, budget, replies } = entry as unknown as ChainEntry;
  const texts = (list: unknown): boolean => Array.isArray(list) && list.every((text) => typeof text === "string");
  if (typeof key !== "string" || !PROBLEM_KINDS.includes(kind) || !Number.isInteger(budget) || !texts(answer) || !texts(replies))
    return undefined;
  try {
    return { key, kind, budget, ...judgeChain({ kind, answer }, replies.map(readChatReply), budget, policy) };
  } catch (error) {
    // Replies that are none, or too few for a chain.
    if (error instanceof RangeError || error instanceof MalformedReplyError) return undefined;
    throw error;
  }
}

/** Chains of two models must not end up in one result. */
function otherModel(before: string, reply: ChatReply, onFault: (fault: ChatFault) => void): EvaluationStoppedError {
  const name = (model: string): string => JSON.stringify(excerpt(model));
  onFault({ reason: "the served model changed", raw: reply.raw });
  return new EvaluationStoppedError(
    `runEvaluation: the served model must stay the same, got ${name(reply.model!)} after ${name(before)}; that reply was not counted. ` +
      "Evaluate the other model into a folder of its own",
  );
}

function checkSameSettings(check: Checks, before: EvaluationSettings, now: EvaluationSettings, path: string): void {
  const differing = (Object.keys(now) as (keyof EvaluationSettings)[]).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(now[name]),
  );
  if (differing.length === 0) return;
  const name = differing[0];
  check.fail(
    "journal",
    `one of an evaluation with the same ${differing.join(", ")}`,
    path,
    `It has ${name} = ${JSON.stringify(before[name])}, this call ${JSON.stringify(now[name])}; write to another place, or use those settings`,
  );
}
