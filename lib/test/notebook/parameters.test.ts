import assert from "node:assert/strict";
import { test } from "node:test";
import { type Declaration, rangeAt, refusals } from "../../dist/core/declaration.js";
import * as cot from "../../dist/index.js";
import { differingParameters } from "../../dist/notebook/parameters.js";

const declaration = {
  d: { kind: "integer", meaning: "dimension", symbol: "d", range: [1, 300], committed: 10 },
  direction: { kind: "integer", meaning: "direction that is raised", range: [1, "d"], committed: 3 },
  late: { kind: "number", meaning: "a late step", unit: "steps", range: ["d-1", "2*d+5"], committed: 20 },
  m: { kind: "length", meaning: "examples", range: [1, 1e6], committed: Number.POSITIVE_INFINITY },
  lengths: { kind: "integers", meaning: "training lengths", range: [1, 1000], size: [1, 3], order: "increasing", committed: [10, 20] },
  target: { kind: "choice", meaning: "the test", choices: ["identity", "aligned"], committed: "identity" },
  exact: { kind: "flag", meaning: "without sampling", committed: false },
} as const satisfies Declaration;

const committed = { d: 10, direction: 3, late: 20, m: Number.POSITIVE_INFINITY, lengths: [10, 20], target: "identity", exact: false };

test("gives the values back, typed, and knows which differ from the committed run", () => {
  const values = cot.parameters(declaration, { ...committed, d: 12, lengths: [1, 2, 3] });
  const d: number = values.d;
  const target: "identity" | "aligned" = values.target;
  assert.deepEqual([d, target, values.lengths], [12, "identity", [1, 2, 3]]);
  assert.deepEqual(differingParameters(), ["d = 12 (committed: 10)", "lengths = [1, 2, 3] (committed: [10, 20])"]);
  cot.parameters(declaration, committed);
  assert.deepEqual(differingParameters(), []);
});

test("a limit may be an earlier parameter", () => {
  assert.deepEqual(rangeAt(declaration.late, { d: 7 }), [6, 19]);
  assert.deepEqual(refusals(declaration, { ...committed, d: 2 }), [
    "direction must be an integer in [1, 2 (d)] (direction that is raised), got 3",
    "late must be a number in [1 (d − 1), 9 (2d + 5)] (a late step, in steps), got 20",
  ]);
});

test("refuses every kind of wrong value in words that name the parameter and its rule", () => {
  const wrong: [string, unknown, RegExp][] = [
    ["d", "ten", /^parameters: d must be an integer in \[1, 300\] \(dimension\), got "ten"$/],
    ["d", 0, /d must be .* got 0/],
    ["d", 2.5, /d must be an integer .* got 2\.5/],
    ["d", Number.NaN, /got NaN/],
    ["d", Number.POSITIVE_INFINITY, /got Infinity/],
    ["d", null, /got null/],
    ["m", Number.NEGATIVE_INFINITY, /m must be an integer or Infinity in/],
    ["lengths", 3, /lengths must be a list of 1 to 3 increasing integers in \[1, 1000\]/],
    ["lengths", [], /lengths must be/],
    ["lengths", [2, 1], /increasing/],
    ["lengths", [1, 2, 3, 4], /1 to 3/],
    ["lengths", [1, Number.NaN], /lengths must be/],
    ["target", "Aligned", /target must be one of "identity", "aligned"/],
    ["exact", 1, /exact must be true or false \(without sampling\), got 1/],
  ];
  for (const [name, value, message] of wrong)
    assert.throws(() => cot.parameters(declaration, { ...committed, [name]: value }), { name: "RangeError", message });
});

test("a wrong value is not blamed on the parameters that rest on it, and all mistakes are said at once", () => {
  assert.throws(() => cot.parameters(declaration, { ...committed, d: -1, exact: "no" }), {
    message:
      'parameters: d must be an integer in [1, 300] (dimension), got -1\nparameters: exact must be true or false (without sampling), got "no"',
  });
});

test("a name that is not declared, and one that is missing, are refused", () => {
  assert.throws(
    () => cot.parameters(declaration, { ...committed, n: 3 }),
    /values must be of the parameters of this notebook \(d, direction[^)]*\), got n/,
  );
  const { d: _, ...rest } = committed;
  assert.throws(() => cot.parameters(declaration, rest), /d must be an integer .* got undefined/);
});

test("a declaration that contradicts itself is refused", () => {
  const late = { ...declaration.d, range: [1, "n"] } as const;
  assert.throws(() => cot.parameters({ late }, { late: 3 }), /declaration\.late\.range must be numbers, or earlier parameters/);
  const off = { ...declaration.d, committed: 0 } as const;
  assert.throws(() => cot.parameters({ off }, { off: 3 }), /whose committed values lie in their ranges, got "off must be/);
});

test("a remark about the committed run says so where a parameter differs", () => {
  const lines: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = (text) => lines.push(String(text)) > 0;
  try {
    cot.parameters(declaration, committed);
    cot.remark("A kink.");
    cot.parameters(declaration, { ...committed, d: 13 });
    cot.remark("A kink.");
  } finally {
    process.stdout.write = write;
  }
  assert.equal(lines[1], "A kink.\n");
  assert.equal(lines[3], "> *Of the committed run, not of this one (d = 13 (committed: 10)):*\n> \n> A kink.\n");
});

test("a sentence with an undefined value is refused", () => {
  assert.throws(() => cot.say(`k* = ${undefined}`), /paragraphs\[0\] must be a text without undefined values/);
  assert.throws(() => cot.say(`error ${Number.NaN}`), RangeError);
  assert.throws(() => cot.say(), /at least one text/);
});

test("a check whose hypothesis does not hold is not made, and does not fail the verdict", () => {
  const claim = { claim: "c", source: "ours", setting: "s", functions: [] };
  const outside = cot.given({ "n > 2": false, "m > 1": true }, "falls", () => {
    throw new Error("made");
  });
  assert.equal(outside.found, "not checked");
  cot.verdict({ ...claim, checks: [outside] });
  const failing = cot.given({ "n > 2": true }, "falls", (name) => cot.checkTrue(name, false, "rises", "falls"));
  assert.throws(() => cot.verdict({ ...claim, checks: [outside, failing] }), /does not hold: falls \(found rises, expected falls\)$/);
  assert.throws(() => cot.given({}, "a", (name) => cot.checkTrue(name, true, "", "")), /at least one/);
  assert.throws(() => cot.given({ a: 1 as unknown as boolean }, "a", (name) => cot.checkTrue(name, true, "", "")), /true or false/);
});
