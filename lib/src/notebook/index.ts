/** @file What a notebook shows: figures, tables, progress, verdicts. */
export type {
  ChoiceParameter,
  Declaration,
  FlagParameter,
  Limit,
  ListParameter,
  NumberParameter,
  Parameter,
  ParameterValue,
  ParameterValues,
} from "../core/declaration";
export type { LiveKindName } from "../live/kindName";
export { type ExploreOptions, explore } from "./explore";
export { type Frame, type FrameColumn, type FrameGroups, frame } from "./frame";
export { inTurn } from "./inTurn";
export { type LiveFigure, liveFigure } from "./liveFigure";
export { parameters } from "./parameters";
export { type OnProgress, progress } from "./progress";
export { remark, say } from "./say";
export { type ShowOptions, show } from "./show";
export { type CellValue, type DataFrameLike, formatNumber, type TableOptions, table } from "./table";
export {
  type Check,
  checkAllZ,
  checkClose,
  checkTrue,
  checkZ,
  given,
  type Hypothesis,
  type PaperStatement,
  type Readings,
  type SimulatedPoint,
  STANDS,
  type Stands,
  type VerdictParams,
  verdict,
} from "./verdict";
export { versions } from "./versions";
export { counted, fromLog, listed, spanned } from "./words";
