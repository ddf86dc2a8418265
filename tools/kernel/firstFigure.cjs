/** @file A figure like most: what is loaded and compiled for it, later ones need not load and compile. */
const { lineChart } = require("../../lib/dist/figures/lineChart.js");
const { renderSvg } = require("../../lib/dist/figures/renderSvg.js");

exports.draw = () =>
  renderSvg(
    lineChart({
      title: "first",
      series: [1, 2].map((scale) => ({ name: `${scale}`, x: [1, 2, 3], y: [scale, scale / 2, scale / 4], error: [0.1, 0.1, 0.1] })),
      x: { label: "k" },
      y: { label: "error", log: true },
    }),
    { width: 640, height: 400 },
  );
