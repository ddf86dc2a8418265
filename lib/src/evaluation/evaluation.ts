/** @file Asks a served model a set of problems under token budgets, keeping every reply. */
import { existsSync } from "node:fs";
import { Checks } from "../core/check";
import type { Task } from "../reasoning/problem";
import { type ChainPolicy, completePolicy, type JudgedChain, judgeChain, nextStep } from "./chain";
import { type ChatClient, ChatError, type ChatFault } from "./chatClient";
import { type ChatReply, excerpt, readChatReply } from "./chatReply";
import { type EvaluationProblem, problemsDigest } from "./evaluationProblem";
import { Journal, readJournal } from "./journal";

export interface EvaluationParams {
  readonly client: ChatClient;
  readonly problems: readonly EvaluationProblem[];
  /** Tokens that a chain may take; every problem is asked once under each budget. */
  readonly budgets: readonly number[];
  readonly policy?: ChainPolicy;
  /** Sampling temperature, in [0, 2]; default 0. */
  readonly temperature?: number;
  /** Seed that is sent to the server; default 0. */
  readonly seed?: number;
  /** Strings at which the server ends a reply. */
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

export interface EvaluationProgress {
  readonly answered: number;
  readonly failed: number;
  readonly total: number;
}

/** A chain of an evaluation, judged. */
export interface AnsweredProblem extends JudgedChain {
  readonly key: string;
  readonly task: Task;
  readonly budget: number;
}

/** What is asked and how: two runs with the same settings ask the same questions. */
export interface EvaluationSettings {
  readonly model: string;
  readonly problems: number;
  /** SHA-256 of the problems in their words. */
  readonly digest: string;
  readonly budgets: readonly number[];
  readonly policy: Required<ChainPolicy>;
  readonly temperature: number;
  readonly seed: number;
  readonly stop: readonly string[];
}

export interface Evaluation {
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
interface Known {
  settings: EvaluationSettings | undefined;
  servedModel: string | null;
  readonly answers: Map<string, AnsweredProblem>;
  entries: number;
  faults: number;
  unreadable: number;
}

const idOf = (key: string, budget: number): string => `${key}@${budget}`;

/**
 * Runs an evaluation, or goes on with one that was stopped, by Ctrl-C, a kill or a failing server.
 * Every reply lies on the disk, whole and unjudged, before the next problem is asked; a chain counts once, however often it is asked.
 * @returns what was answered; with `missing` > 0 when the signal stopped it or requests failed
 * @throws EvaluationStoppedError when the server refuses all requests, changes its model, or fails again and again
 * @throws RangeError for parameters outside their ranges, or when the journal belongs to other settings
 * Source: ours.
 */
export async function runEvaluation(params: EvaluationParams): Promise<Evaluation> {
  const { client, problems, temperature = 0, seed = 0, stop = [], concurrency = 8, signal, onProgress } = params;
  const check: Checks = new Checks("runEvaluation");
  if (!Array.isArray(problems) || problems.length === 0) check.fail("problems", "a non-empty list", problems);
  if (new Set(problems.map(({ key }) => key)).size < problems.length) check.fail("problems", "problems with distinct keys", problems);
  const budgets = [...new Set(params.budgets)].sort((a, b) => a - b);
  if (budgets.length === 0) check.fail("budgets", "a non-empty list", params.budgets);
  for (const budget of budgets) check.integer("budgets", budget, 1, 1_000_000);
  check.interval("temperature", temperature, 0, 2);
  check.integer("seed", seed, 0);
  check.integer("concurrency", concurrency, 1, 1024);
  const policy = completePolicy(params.policy);
  const settings: EvaluationSettings = {
    model: client.model,
    problems: problems.length,
    digest: problemsDigest(problems),
    budgets,
    policy,
    temperature,
    seed,
    stop: [...stop],
  };

  const journal = await Journal.open(params.journal);
  try {
    const known = await readKnown(params.journal);
    if (known.settings === undefined && known.entries > 0)
      check.fail("journal", "a new file, or the journal of an evaluation", params.journal);
    if (known.settings === undefined) await journal.append({ kind: "settings", endpoint: client.endpoint, ...settings });
    else checkSameSettings(known.settings, settings, params.journal);

    const tasks = budgets.flatMap((budget) => problems.map((problem) => ({ problem, budget })));
    const open = tasks.filter(({ problem, budget }) => !known.answers.has(idOf(problem.key, budget)));
    const failures: string[] = [];
    const stopping = new AbortController();
    const either = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal;
    let inARow = 0;
    const report = () => onProgress?.({ answered: known.answers.size, failed: failures.length, total: tasks.length });

    const ask = async ({ problem, budget }: (typeof tasks)[number]): Promise<void> => {
      const id = idOf(problem.key, budget);
      const onFault = (fault: ChatFault): void => {
        known.faults++;
        // Faults are for people who look for a cause; should the disk fail, the next reply's line tells.
        journal.append({ kind: "fault", id, ...fault }).catch(() => undefined);
      };
      const replies: ChatReply[] = [];
      try {
        for (let step = nextStep(problem.question, replies, budget, policy); step; ) {
          const reply = await client.reply({ ...step, temperature, seed, stop }, either, onFault);
          known.servedModel ??= reply.model;
          if (reply.model !== null && reply.model !== known.servedModel) throw otherModel(known.servedModel!, reply, onFault);
          replies.push(reply);
          step = nextStep(problem.question, replies, budget, policy);
        }
        const { key, task, answer } = problem;
        await journal.append({ kind: "chain", key, task, answer, budget, replies: replies.map(({ raw }) => raw) });
        known.answers.set(id, { key, task, budget, ...judgeChain(problem, replies, budget, policy) });
        inARow = 0;
      } catch (error) {
        if (either.aborted) return;
        for (const { raw } of replies) onFault({ reason: "part of a chain that was not completed", raw });
        if (!(error instanceof ChatError) || error.scope === "server") throw error;
        failures.push(`${id}: ${error.message}`);
        if (++inARow >= Math.max(20, 2 * concurrency)) {
          throw new EvaluationStoppedError(`runEvaluation: ${inARow} requests failed in a row, the last with: ${error.message}`);
        }
      }
      report();
    };

    report();
    const queue = open.values();
    // All workers share one iterator, so that each chain is taken by one of them.
    const worker = async (): Promise<void> => {
      for (const task of queue) {
        if (either.aborted) return;
        await ask(task);
      }
    };
    let stopped: unknown;
    await Promise.all(
      Array.from({ length: Math.min(concurrency, open.length) }, () =>
        worker().catch((error: unknown) => {
          stopped ??= error;
          stopping.abort();
        }),
      ),
    );
    if (stopped !== undefined)
      throw stopped instanceof ChatError ? new EvaluationStoppedError(`runEvaluation: ${stopped.message}`) : stopped;
    const answers = [...known.answers.values()];
    const { servedModel, faults, unreadable } = known;
    return { settings, servedModel, answers, missing: tasks.length - answers.length, failures, faults, unreadable };
  } finally {
    await journal.close();
  }
}

/**
 * Reads an evaluation from its journal, without asking anything; the replies are judged anew.
 * @throws RangeError when the file is no journal of an evaluation
 */
export async function readEvaluation(journal: string): Promise<Evaluation> {
  const check: Checks = new Checks("readEvaluation");
  const known = existsSync(journal) ? await readKnown(journal) : undefined;
  if (known?.settings === undefined) return check.fail("journal", "the path of an evaluation's journal", journal);
  const { settings, servedModel, faults, unreadable } = known;
  const answers = [...known.answers.values()];
  const missing = settings.problems * settings.budgets.length - answers.length;
  return { settings, servedModel, answers, missing, failures: [], faults, unreadable };
}

async function readKnown(path: string): Promise<Known> {
  const known: Known = { settings: undefined, servedModel: null, answers: new Map(), entries: 0, faults: 0, unreadable: 0 };
  known.unreadable = await readJournal(path, (entry) => {
    known.entries++;
    if (entry.kind === "fault") known.faults++;
    else if (entry.kind === "settings") {
      const { kind: _, endpoint: __, ...settings } = entry;
      known.settings ??= settings as unknown as EvaluationSettings;
    } else if (entry.kind === "chain" && known.settings !== undefined) {
      const { key, task, budget, answer, replies } = entry as unknown as Pick<AnsweredProblem, "key" | "task" | "budget"> & {
        answer: string[];
        replies: string[];
      };
      const id = idOf(key, budget);
      if (known.answers.has(id)) return;
      const judgedChain = judgeChain({ task, answer }, replies.map(readChatReply), budget, known.settings.policy);
      known.servedModel ??= judgedChain.model;
      known.answers.set(id, { key, task, budget, ...judgedChain });
    }
  });
  known.entries += known.unreadable;
  return known;
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

function checkSameSettings(before: EvaluationSettings, now: EvaluationSettings, path: string): void {
  const check: Checks = new Checks("runEvaluation");
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
