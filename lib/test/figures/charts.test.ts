import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { barChart } from "../../dist/figures/barChart.js";
import { figureTable } from "../../dist/figures/figureTable.js";
import { heatmap } from "../../dist/figures/heatmap.js";
import { type LineChartParams, lineChart, type Series } from "../../dist/figures/lineChart.js";
import { seriesStyle } from "../../dist/figures/theme.js";

type Trace = Record<string, unknown> & { x: number[]; y: number[] };
const axes = { x: { label: "k" }, y: { label: "error" } };
const chart = (series: readonly Series[], more: Partial<LineChartParams> = {}) => lineChart({ ...axes, series, ...more });
const traces = (figure: { data: unknown }) => figure.data as Trace[];

describe("lineChart", () => {
  test("draws a line, points or both, in the style of the series", () => {
    const figure = chart([
      { name: "a", x: [1, 2], y: [3, 4] },
      { name: "b", x: Float64Array.of(1, 2), y: Float64Array.of(3, 4), style: "points" },
      { name: "c", x: [1, 2], y: [3, 4], style: "both", color: 0 },
    ]);
    assert.deepEqual(
      traces(figure).map((trace) => trace.mode),
      ["lines", "markers", "lines+markers"],
    );
    assert.deepEqual(traces(figure)[1].x, [1, 2]);
    assert.equal((traces(figure)[1].marker as { color: string }).color, seriesStyle(1).color);
    assert.equal((traces(figure)[2].line as { color: string }).color, seriesStyle(0).color);
  });

  test("shows points, with bars for their intervals, where a line has no two neighbours to run between", () => {
    const [lone, apart, line] = [[3], [3, null, 4], [3, 4]].map((y) => {
      const drawn = traces(chart([{ x: y.map((_, i) => i), y, lower: y, upper: y.map((value) => value && value + 1) }]));
      return drawn.at(-1)!;
    });
    assert.deepEqual([lone!.mode, apart!.mode, line!.mode], ["lines+markers", "lines+markers", "lines"]);
    assert.deepEqual((lone!.error_y as { array: number[] }).array, [1]);
    assert.equal(line!.error_y, undefined);
  });

  test("draws an interval as a band round a line, in pieces where values are missing", () => {
    const [band] = traces(chart([{ x: [1, 2, 3, 4, 5], y: [1, 1, null, 1, 1], lower: [0, 0, null, 0, 0], upper: [2, 3, null, 2, 2] }]));
    assert.deepEqual(band!.x, [1, 2, 2, 1, null, 4, 5, 5, 4]);
    assert.deepEqual(band!.y, [2, 3, 0, 0, null, 2, 2, 0, 0]);
    assert.equal(band!.fill, "toself");
  });

  test("draws an interval as error bars at points", () => {
    const [points] = traces(chart([{ x: [1, 2], y: [1, 2], lower: [0.5, null], upper: [2, 2.5], style: "points" }]));
    const bars = points!.error_y as { array: (number | null)[]; arrayminus: (number | null)[] };
    assert.deepEqual(
      [bars.array, bars.arrayminus],
      [
        [1, 0.5],
        [0.5, null],
      ],
    );
  });

  test("has a table of what is drawn, with the ends of bands, pieces and gaps included", () => {
    const y = [0.1, 0.2, null, 0.3, 0.4];
    const { columns, rows } = figureTable(
      chart([{ name: "λ_{max}", x: [1, 2, 3, 4, 5], y, lower: [0, 0.1, null, 0.2, 0.1], upper: [0.2, 0.5, null, 0.7, 0.6] }]),
    );
    assert.deepEqual(columns, ["series", "x", "y", "lower", "upper"]);
    assert.deepEqual(rows, [
      ["λ_max", 1, 0.1, 0, 0.2],
      ["λ_max", 2, 0.2, 0.1, 0.5],
      ["λ_max", 3, null, null, null],
      ["λ_max", 4, 0.3, 0.2, 0.7],
      ["λ_max", 5, 0.4, 0.1, 0.6],
    ]);
  });

  test("has a table with the ends of error bars, although Plotly is given their lengths", () => {
    const points = { name: "a", x: [1, 2], y: [3.2, 1e-9], lower: [3.1, 2e-10], upper: [3.5, 1e-3], style: "points" } as const;
    assert.deepEqual(figureTable(chart([points])).rows, [
      ["a", 1, 3.2, 3.1, 3.5],
      ["a", 2, 1e-9, 2e-10, 1e-3],
    ]);
  });

  test("has a table in which a series without a name is told by its manner and its colour", () => {
    const series = (name: string | undefined, more: Partial<Series>): Series => ({ ...(name ? { name } : {}), x: [1], y: [1], ...more });
    const figure = chart([
      series("n = 10", { color: 0, dash: "solid" }),
      series("n = 20", { color: 1, dash: "solid" }),
      series("bound", { color: 0, dash: "2px,3px" }),
      series(undefined, { color: 1, dash: "2px,3px" }),
      series(undefined, { color: 1, style: "points" }),
      series(undefined, { color: 5, style: "both" }),
    ]);
    assert.deepEqual(
      figureTable(figure).rows.map(([name]) => name),
      ["n = 10", "n = 20", "bound", "bound, n = 20", "n = 20, points", "series 6"],
    );
  });

  test("ends its axis where the last point is drawn, not where the last gap is", () => {
    const { layout } = chart([{ x: [0, 1, 2, 40], y: [1, 2, 3, null] }]);
    assert.ok(Number(layout.xaxis!.range![1]) < 3, `${layout.xaxis!.range}`);
  });

  test("turns the markup of titles and names into tags", () => {
    const figure = chart([{ name: "w_{k}", x: [1], y: [1] }], { title: "n^{-1}" });
    assert.equal(traces(figure)[0].name, "w<sub>k</sub>");
    assert.match(JSON.stringify(figure.layout.title), /n<sup>−1<\/sup>/);
  });

  test("has a legend above when a series has a name, and none otherwise", () => {
    assert.equal(chart([{ name: "a", x: [1], y: [1] }]).layout.showlegend, true);
    assert.equal(chart([{ x: [1], y: [1] }]).layout.showlegend, false);
    assert.equal(chart([{ name: "a", x: [1], y: [1] }], { legend: "none" }).layout.showlegend, false);
  });

  test("writes names at the ends of lines, at the height of the last point", () => {
    const { endLabels } = chart([{ name: "a", x: [1, 3, 2], y: [0, 10, 5] }], { legend: "ends", y: { label: "y", range: [0, 20] } });
    assert.equal(endLabels!.length, 1);
    assert.ok(Math.abs(endLabels![0].height - 0.5) < 1e-5);
  });

  test("draws reference lines, with their positions in logarithms where Plotly wants them so", () => {
    const { layout } = chart([{ x: [1, 100], y: [1, 2] }], {
      x: { label: "k", log: true },
      marks: [{ axis: "x", value: 10, label: "here" }],
    });
    assert.equal(layout.shapes![0].x0, 10);
    assert.equal(layout.annotations![0].x, 1);
  });

  test("puts the label of a reference line where it covers less of the data", () => {
    const rising = { x: [0, 1, 2, 3], y: [0, 0, 10, 10] };
    const at = (value: number) => chart([rising], { marks: [{ axis: "y", value, label: "level" }] }).layout.annotations![0].x;
    assert.equal(at(10), 0);
    assert.equal(at(0), 1);
  });

  const bad: readonly (readonly [string, () => unknown, string])[] = [
    ["no series", () => chart([]), "lineChart: series must be a non-empty array, got []"],
    ["an empty series", () => chart([{ x: [], y: [] }]), "lineChart: series[0].x must be a non-empty array, got []"],
    ["different lengths", () => chart([{ x: [1, 2], y: [1] }]), "lineChart: series[0].y must be as long as series[0].x (2), got [1]"],
    [
      "NaN",
      () => chart([{ x: [1, 2], y: [1, Number.NaN] }]),
      "lineChart: series[0].y[1] must be a finite number or null, got NaN. Use null for a gap",
    ],
    [
      "Infinity",
      () => chart([{ x: [1, Number.POSITIVE_INFINITY], y: [1, 1] }]),
      "lineChart: series[0].x[1] must be a finite number or null, got Infinity. Use null for a gap",
    ],
    [
      "a text",
      () => chart([{ x: [1], y: ["1" as unknown as number] }]),
      'lineChart: series[0].y[0] must be a finite number or null, got "1"',
    ],
    [
      "undefined",
      () => chart([{ x: [1], y: [undefined as unknown as number] }]),
      "lineChart: series[0].y[0] must be a finite number or null, got undefined",
    ],
    [
      "zero on a log axis",
      () => chart([{ x: [1, 2], y: [1, 0] }], { y: { label: "y", log: true } }),
      "lineChart: series[0].y[1] must be > 0 on a log axis, got 0. Use null for a gap, or a linear axis",
    ],
    [
      "a band below zero on a log axis",
      () => chart([{ x: [1], y: [1], lower: [-1], upper: [2] }], { y: { label: "y", log: true } }),
      "lineChart: series[0].lower[0] must be > 0 on a log axis, got -1. Use null for a gap, or a linear axis",
    ],
    [
      "half an interval",
      () => chart([{ x: [1], y: [1], lower: [0] }]),
      "lineChart: series[0] must be given both lower and upper, or neither, got a value of type Object",
    ],
    [
      "an interval upside down",
      () => chart([{ x: [1], y: [1], lower: [2], upper: [1] }]),
      "lineChart: series[0].lower[0] must be <= series[0].upper[0] (1), got 2",
    ],
    [
      "a point outside its error bar",
      () => chart([{ x: [1], y: [3], lower: [1], upper: [2], style: "points" }]),
      "lineChart: series[0].upper[0] must be >= series[0].y[0] (3), got 2",
    ],
    [
      "an unknown style",
      () => chart([{ x: [1], y: [1], style: "dots" as "line" }]),
      'lineChart: series[0].style must be one of "line", "points", "both", got "dots"',
    ],
    [
      "an unknown place for the legend",
      () => chart([{ x: [1], y: [1] }], { legend: "left" as "none" }),
      'lineChart: legend must be one of "above", "ends", "top left", "top right", "bottom left", "bottom right", "none", got "left"',
    ],
    [
      "a reference line at NaN",
      () => chart([{ x: [1], y: [1] }], { marks: [{ axis: "x", value: Number.NaN }] }),
      "lineChart: marks[0].value must be a finite number, got NaN",
    ],
    [
      "nine series without colours",
      () => chart(Array.from({ length: 9 }, () => ({ x: [1], y: [1] }))),
      "lineChart: series must be at most 8 long when no colours are given, got 9. Give series that belong together the same color",
    ],
    ["a series of gaps only", () => chart([{ x: [1], y: [null] }]), "lineChart: y must be given at least one finite value, got []"],
  ];
  for (const [what, run, message] of bad) {
    test(`refuses ${what}`, () => {
      assert.throws(run, { message });
    });
  }
});

describe("barChart", () => {
  const base = { categories: ["a", "b"], x: { label: "estimator" }, y: { label: "risk" } };

  test("starts its axis at zero, and below when a bar is negative", () => {
    const up = barChart({ ...base, series: [{ values: [90, 100] }] }).layout.yaxis!.range as number[];
    assert.ok(Math.abs(up[0]) < 1e-3 && up[1] > 100);
    const down = barChart({ ...base, series: [{ values: [-3, 2] }] }).layout.yaxis!.range as number[];
    assert.ok(down[0] < -3 && down[1] > 2);
  });

  test("has a table of its bars", () => {
    const series = [{ name: "theory", values: [1, null], lower: [0.5, null], upper: [1.5, null] }];
    assert.deepEqual(figureTable(barChart({ ...base, series })).rows, [
      ["theory", "a", 1, 0.5, 1.5],
      ["theory", "b", null, null, null],
    ]);
  });

  test("refuses lengths that differ, repeated categories, and intervals that miss their bar", () => {
    assert.throws(() => barChart({ ...base, series: [{ values: [1] }] }), {
      message: "barChart: series[0].values must be as long as categories (2), got [1]",
    });
    assert.throws(() => barChart({ ...base, categories: ["a", "a"], series: [{ values: [1, 2] }] }), {
      message: 'barChart: categories must be different from one another, got ["a", "a"]',
    });
    assert.throws(() => barChart({ ...base, series: [{ values: [1, 2], lower: [1.5, 1], upper: [3, 3] }] }), {
      message: "barChart: series[0].lower[0] must be <= series[0].values[0] (1), got 1.5",
    });
    assert.throws(() => barChart({ ...base, series: [{ values: [1, Number.NaN] }] }), {
      message: "barChart: series[0].values[1] must be a finite number or null, got NaN. Use null for a gap",
    });
    assert.throws(() => barChart({ ...base, series: [] }), { message: "barChart: series must be a non-empty array, got []" });
  });
});

describe("heatmap", () => {
  const base = { x: { label: "n" }, y: { label: "k" }, z: { label: "error" }, columns: [1, 2, 3], rows: [1, 2] };
  const values = [
    [1, 2, 3],
    [4, 5, null],
  ];

  test("puts cell edges half-way between centres, on a log axis half-way between logarithms", () => {
    assert.deepEqual(traces(heatmap({ ...base, values }))[0].x, [0.5, 1.5, 2.5, 3.5]);
    const log = traces(heatmap({ ...base, x: { label: "n", log: true }, columns: [1, 4, 16], values }))[0].x;
    for (const [i, edge] of [0.5, 2, 8, 32].entries()) assert.ok(Math.abs(log[i] / edge - 1) < 1e-12);
  });

  test("colours by the logarithm when asked, with powers of ten on the scale", () => {
    const [cells] = traces(
      heatmap({
        ...base,
        z: { label: "error", log: true },
        values: [
          [1, 10, 100],
          [1, 10, null],
        ],
      }),
    );
    assert.deepEqual(cells!.z, [
      [0, 1, 2],
      [0, 1, null],
    ]);
    assert.deepEqual((cells!.colorbar as { ticktext: string[] }).ticktext, ["1", "10", "10<sup>2</sup>"]);
  });

  test("has a table with the centres of its cells and the values themselves, level lines left out", () => {
    const { columns, rows } = figureTable(heatmap({ ...base, z: { label: "error", log: true }, values, contours: [2.5] }));
    assert.deepEqual(columns, ["series", "x", "y", "z"]);
    assert.deepEqual([rows.length, rows[4], rows[5]], [6, ["error", 2, 2, 5], ["error", 3, 2, null]]);
  });

  test("keeps the table of a figure that is laid over it", () => {
    const map = heatmap({ ...base, values });
    const points = chart([{ name: "here", x: [1], y: [2], style: "points" }]);
    const { rows } = figureTable({ data: [...map.data, ...points.data] });
    assert.deepEqual(rows.at(-1), ["here", 1, 2, null]);
  });

  test("writes the values of level lines where they do not cover one another", () => {
    const columns = Array.from({ length: 30 }, (_, i) => i);
    const steep = columns.map((k) => columns.map((n) => k + n / 50));
    const places = heatmap({ ...base, columns, rows: columns, values: steep, contours: [14, 15, 16] }).layout.annotations!;
    assert.equal(places.length, 3);
    const gaps = places.flatMap((a, i) =>
      places.slice(i + 1).map((b) => Math.hypot(Number(a.x) - Number(b.x), Number(a.y) - Number(b.y)) / 30),
    );
    assert.ok(Math.min(...gaps) > 0.14, gaps.join(", "));
  });

  test("draws and labels level lines, and none for a level that is not reached", () => {
    const figure = heatmap({ ...base, values, contours: [2.5, 99] });
    assert.equal(figure.data.length, 3); // cells, a dark line, a light line on it
    assert.deepEqual(
      figure.layout.annotations!.map((label) => label.text),
      ["2.5"],
    );
  });

  test("refuses shapes that differ, centres that do not increase, and values that a log scale cannot show", () => {
    assert.throws(() => heatmap({ ...base, values: [[1, 2, 3]] }), { message: "heatmap: values must be as long as rows (2), got 1" });
    assert.throws(
      () =>
        heatmap({
          ...base,
          values: [
            [1, 2, 3],
            [1, 2],
          ],
        }),
      { message: "heatmap: values[1] must be as long as columns (3), got [1, 2]" },
    );
    assert.throws(() => heatmap({ ...base, columns: [1, 3, 2], values }), {
      message: "heatmap: columns[2] must be > columns[1] (3), got 2",
    });
    assert.throws(() => heatmap({ ...base, columns: [1], values: [[1], [1]] }), {
      message: "heatmap: columns must be at least two centres, got [1]",
    });
    assert.throws(
      () =>
        heatmap({
          ...base,
          z: { label: "z", log: true },
          values: [
            [1, 2, 0],
            [1, 1, 1],
          ],
        }),
      { message: "heatmap: values[0][2] must be > 0 on a log axis, got 0. Use null for a gap, or a linear axis" },
    );
    assert.throws(
      () =>
        heatmap({
          ...base,
          values: [
            [null, null, null],
            [null, null, null],
          ],
        }),
      { message: "heatmap: values must be given at least one finite value, got null" },
    );
    assert.throws(() => heatmap({ ...base, values, contours: [Number.NaN] }), {
      message: "heatmap: contours[0] must be a finite number, got NaN",
    });
  });
});
