/** @file Long work on the items of a list, one after the other, under a progress bar. */
import { Checks } from "../core/check";
import { progress } from "./progress";

/**
 * The results of asynchronous work on every item, in order; a progress bar counts the items from the first moment on.
 * @param label what is being done
 * @param items what it is done to
 * @param run the work on one item; the next begins when it is done
 * @throws whatever the work throws
 * @origin ours
 * @example
 * await cot.notebook.inTurn("lengths", [10, 20], async (n) => 2 * n); // => [20, 40]
 */
export async function inTurn<T, R>(label: string, items: readonly T[], run: (item: T) => Promise<R>): Promise<R[]> {
  const check: Checks = new Checks("inTurn");
  check.text("label", label);
  check.list("items", items);
  check.callable("run", run);
  const report = progress(label);
  report(0, items.length);
  const results: R[] = [];
  for (const item of items) {
    results.push(await run(item));
    report(results.length, items.length);
  }
  return results;
}
