/** @file Solutions in symbols as sequences to learn from. */
import { Checks } from "../../core/check";
import { Random } from "../../core/random";
import type { Problem } from "../../reasoning/problem";
import { solution } from "../../reasoning/problemSet";
import type { SymbolData } from "./symbolModelConfig";
import { BEGIN, END, encodeSymbols, PAD } from "./symbolTokens";
import type { TokenExamples } from "./tokenTrainer";

export interface SymbolCorpusParams extends Pick<SymbolData, "detail" | "cut" | "twice" | "seed"> {
  readonly problems: readonly Problem[];
  /** T: tokens of a sequence that are read. */
  readonly length: number;
}

/** Shares of sequences, of which a sequence has one at most; 0.9 and 0.1 make a whole in spite of rounding. */
export function checkShares(check: Checks, prefix: string, cut: number, twice: number): void {
  check.interval(`${prefix}cut`, cut, 0, 1);
  check.interval(`${prefix}twice`, twice, 0, 1);
  if (cut + twice > 1 + 1e-12) check.fail(`${prefix}twice`, `a number in [0, ${1 - cut}]`, twice);
}

/**
 * One sequence a problem: begin, question, solution, end. The question is not to be learnt, nor are the two places at which a chain
 * is turned from outside: where it stops early, and where it goes on after its answer.
 * @throws RangeError for a problem whose question and solution are longer than a sequence
 */
export function symbolCorpus({ problems, detail, length, cut, twice, seed }: SymbolCorpusParams): TokenExamples {
  const check: Checks = new Checks("symbolCorpus");
  check.integer("length", length, 8, 4096);
  checkShares(check, "", cut, twice);
  const tokens = new Uint16Array(problems.length * (length + 1)).fill(PAD);
  const weights = new Float32Array(problems.length * length);
  problems.forEach((problem, e) => {
    const random = Random.seed(seed).stream("symbolCorpus", e);
    const question = [BEGIN, ...encodeSymbols(problem.symbols)];
    const whole = encodeSymbols(solution(problem, detail, "symbols"));
    const answer = encodeSymbols(`;=${problem.answer.join(",")}`);
    if (question.length + whole.length + 1 > length + 1) {
      check.fail("length", `at least ${question.length + whole.length}, for ${problem.key}`, length);
    }
    const kind = random.uniform();
    const chain = whole.length - answer.length;
    const stop = random.integer(chain);
    let reply = whole;
    let turned = -1;
    if (kind < cut) [reply, turned] = [[...whole.slice(0, stop), ...answer], stop];
    else if (kind < cut + twice && question.length + 2 * whole.length + 2 <= length + 1) {
      [reply, turned] = [[...whole, ...encodeSymbols(";"), ...whole], whole.length];
    }
    tokens.set([...question, ...reply, END], e * (length + 1));
    // weights[t] is for predicting token t + 1.
    const first = question.length - 1;
    weights.fill(1, e * length + first, e * length + first + reply.length + 1);
    if (turned >= 0) weights[e * length + first + turned] = 0;
  });
  return { length, tokens, weights };
}
