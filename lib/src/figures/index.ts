/** @file Charts as plain data, and their files. */
export type { AxisParams } from "./axes";
export { type BarChartParams, type BarSeries, barChart } from "./barChart";
export { type ExportedFigure, type ExportParams, exportFigure, type FigureMetadata, type PresetName } from "./exportFigure";
export type { EndLabel, Figure, FigureSize, FigureTable } from "./figure";
export { fitFigure } from "./fitFigure";
export { type HeatmapParams, heatmap } from "./heatmap";
export type { LegendPlace } from "./legend";
export { type LineChartParams, lineChart, type Series } from "./lineChart";
export type { Mark } from "./marks";
export { math } from "./math";
export { renderPdf } from "./renderPdf";
export { renderPng } from "./renderPng";
export { renderSvg } from "./renderSvg";
export { seriesStyle } from "./theme";
