import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { gzipSync } from "node:zlib";
import type { LiveKindName } from "../../lib/dist/live/kindName.js";
import { LIVE_KINDS } from "../../lib/dist/live/kinds.js";
import type { Answer, Points, Task } from "../../lib/dist/live/task.js";
import { formulas, points } from "../../lib/dist/live/work.js";
import { LIVE_SETTINGS } from "../../lib/test/live/settings.ts";
import { liveScript, workerScript } from "../../tools/liveBundle.ts";

/** The worker in a bare engine: what it needs of a page, and no shared memory. */
async function worker() {
  const answers: Answer[] = [];
  const scope = vm.createContext({
    performance,
    setTimeout,
    structuredClone,
    AbortController,
    postMessage: (answer: Answer) => answers.push(answer),
  });
  vm.runInContext("delete globalThis.SharedArrayBuffer", scope);
  vm.runInContext(await workerScript(), scope);
  const { onmessage } = scope as { onmessage: (event: { data: Task }) => Promise<void> };
  return { answers, ask: (task: Task) => onmessage({ data: task }) };
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

for (const kind of Object.keys(LIVE_KINDS) as LiveKindName[]) {
  test(`${kind}: the bundled worker finds the numbers of the library`, async () => {
    const { answers, ask } = await worker();
    const values = LIVE_SETTINGS[kind];
    await ask({ figure: 1, move: 1, what: "formulas", kind, values });
    assert.deepEqual(plain(answers[0]), plain({ figure: 1, move: 1, ...formulas(kind, values) }));
    await ask({ figure: 1, move: 1, what: "draws", kind, values });
    const last = answers.at(-1) as { points: Points | null };
    assert.deepEqual(plain(last.points), plain(await points(kind, values)));
  });
}

test("a new move cancels the draws of the last one, and what cannot be computed is said in words", async () => {
  const { answers, ask } = await worker();
  const values = { ...LIVE_SETTINGS["error-against-steps"], prompts: 200_000 };
  const long = ask({ figure: 1, move: 1, what: "draws", kind: "error-against-steps", values });
  await new Promise((resolve) => setTimeout(resolve, 300));
  await ask({ figure: 1, move: 2, what: "draws", kind: "error-against-steps", values: LIVE_SETTINGS["error-against-steps"] });
  await long;
  const first = answers.filter(({ move }) => move === 1) as { points: Points }[];
  assert.ok(first.length > 0 && first.every(({ points: { done, words } }) => !done && /^Simulated on \d+ of 200000 prompts/.test(words)));
  assert.equal((answers.at(-1) as { points: Points }).points.done, true);

  await ask({ figure: 1, move: 3, what: "formulas", kind: "plane", values: { ...LIVE_SETTINGS.plane, m: 0 } });
  assert.deepEqual(plain(answers.at(-1)), { figure: 1, move: 3, refusal: "samplePrompt: n must be an integer >= 1, got 0" });
});

test("a figure that there is not is refused in words", async () => {
  const { answers, ask } = await worker();
  await ask({ figure: 1, move: 1, what: "formulas", kind: "__proto__" as LiveKindName, values: {} });
  assert.match((answers[0] as { refusal: string }).refusal, /^explore: figure must be one of "error-against-steps", .* got "__proto__"$/);
});

test("the script is below 300 kB, a third of that zipped, and asks for nothing", async (context) => {
  const script = await liveScript();
  const zipped = gzipSync(script).length;
  context.diagnostic(`${Math.round(script.length / 1000)} kB, ${Math.round(zipped / 1000)} kB zipped`);
  assert.ok(script.length < 300_000 && zipped < 100_000);
  assert.doesNotMatch(script, /https?:\/\/(?!www\.w3\.org)|import\(|fetch\(|XMLHttpRequest/);
});
