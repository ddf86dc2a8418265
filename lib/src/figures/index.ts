/** @file Charts as plain data, and their files. */
export type { AxisParams } from "./axes";
export { type BarChartParams, type BarSeries, barChart } from "./barChart";
export { curve, logCurve } from "./curve";
export type { Numbers } from "./errorBars";
export { type ExportedFigure, type ExportParams, exportFigure, type FigureMetadata, PRESETS, type PresetName } from "./exportFigure";
export type { EndLabel, Figure, FigureSize, FigureTable } from "./figure";
export { fitFigure } from "./fitFigure";
export { type HeatmapParams, heatmap } from "./heatmap";
export { LEGEND_PLACES, type LegendPlace } from "./legend";
export { type LineChartParams, lineChart, type Series } from "./lineChart";
export type { Mark } from "./marks";
export { math } from "./math";
export { overlay } from "./overlay";
export { type PdfParams, renderPdf } from "./renderPdf";
export { type PngParams, renderPng } from "./renderPng";
export { type RenderParams, renderSvg } from "./renderSvg";
export { type SeriesStyle, seriesStyle } from "./theme";
