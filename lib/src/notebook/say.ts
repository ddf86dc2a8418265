/** @file Sentences of a notebook that a run computed, and remarks that hold for the committed run alone. */
import { Checks, inNameOf } from "../core/check";
import { sendOutput } from "./kernel";
import { differingParameters } from "./parameters";

/**
 * Shows Markdown that the run computed; several texts are several paragraphs, and texts that begin with "- " are one list.
 * @param paragraphs at least one, not empty; formulas between $ signs
 * @throws TypeError for what is no text; RangeError when there is nothing to say
 * @origin ours
 * @example
 * cot.say(`At n = ${10} the error falls to ${cot.notebook.formatNumber(0.125)}.`);
 */
export function say(...paragraphs: readonly string[]): void {
  const check: Checks = new Checks("say");
  if (paragraphs.length === 0) check.fail("paragraphs", "at least one text", paragraphs);
  for (const [i, paragraph] of paragraphs.entries()) {
    if (typeof paragraph !== "string") check.wrongKind(`paragraphs[${i}]`, "a text", paragraph);
    // A sentence with one of these is a value that the run does not have.
    if (paragraph.trim() === "" || /\b(NaN|undefined)\b|\[object /.test(paragraph))
      check.fail(`paragraphs[${i}]`, "a text without undefined values", paragraph);
  }
  const text = paragraphs.reduce(
    (all, next) => `${all}${all === "" ? "" : next.startsWith("- ") && all.includes("- ") ? "\n" : "\n\n"}${next}`,
    "",
  );
  sendOutput({ "text/markdown": text, "text/plain": text });
}

/**
 * Shows Markdown about the committed run. Where a parameter differs, it says so first: what follows was not computed from this run.
 * @param paragraphs at least one, not empty; formulas between $ signs
 * @throws what {@link say} throws
 * @origin ours
 * @example
 * cot.remark("The kink near $k = 7$ comes from one direction.");
 */
export function remark(...paragraphs: readonly string[]): void {
  const check: Checks = new Checks("remark");
  paragraphs.forEach((paragraph, i) => {
    check.text(`paragraphs[${i}]`, paragraph);
  });
  const differs = differingParameters();
  if (differs.length === 0) {
    inNameOf("remark", () => say(...paragraphs));
    return;
  }
  const quoted = paragraphs.flatMap((paragraph) => ["", ...paragraph.split("\n")]).map((line) => `> ${line}`);
  inNameOf("remark", () => say([`> *Of the committed run, not of this one (${differs.join(", ")}):*`, ...quoted].join("\n")));
}
