/** @file The look of a live figure. Ink is the colour of the page's text, so that light and dark pages need no word about it. */
const RULES = `
.cotlab-live { font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif; max-width: 980px; margin: 8px 0; padding: 2px 8px 8px 0; }
.cotlab-live h4 { font-size: 15px; margin: 0 0 4px; }
.cotlab-live .panels { display: flex; flex-wrap: wrap; gap: 8px; }
.cotlab-live figure { margin: 0; min-width: 0; }
.cotlab-live figcaption { font-weight: 600; font-size: 13px; }
.cotlab-live-panel { display: block; max-width: 100%; touch-action: pan-y; overflow: visible; }
.cotlab-live-panel.movable { touch-action: none; cursor: crosshair; }
.cotlab-live-panel text { font: 12px Arimo, "Liberation Sans", Arial, sans-serif; fill: currentColor; }
.cotlab-live-panel .script { font-size: 9px; }
.cotlab-live-panel .grid { stroke: currentColor; stroke-opacity: .13; }
.cotlab-live-panel .axis { stroke: currentColor; fill: none; }
.cotlab-live-panel .mark { stroke: currentColor; stroke-opacity: .6; stroke-dasharray: 4 3; }
.cotlab-live-panel .handle { fill: #fff; stroke: #d55e00; stroke-width: 2.5; cursor: grab; }
.cotlab-live :focus-visible { outline: 3px solid #56b4e9; outline-offset: 2px; }
.cotlab-live .controls { display: grid; gap: 4px; margin: 6px 0; }
.cotlab-live .control { display: grid; grid-template-columns: minmax(10em, 21em) minmax(7em, 18em) 6.5em; gap: 2px 10px; align-items: center; }
.cotlab-live .control > label { overflow-wrap: anywhere; }
.cotlab-live .control > input[type="text"]:nth-child(2) { grid-column: 2 / 4; }
.cotlab-live input { font: inherit; color: inherit; background: transparent; min-width: 0; accent-color: #0072b2; }
.cotlab-live input[type="text"] { border: 1px solid color-mix(in srgb, currentColor 45%, transparent); border-radius: 3px; padding: 1px 5px; }
.cotlab-live input[aria-invalid="true"] { border-color: #d55e00; border-width: 2px; }
.cotlab-live .refusal { grid-column: 1 / 4; font-weight: 600; }
.cotlab-live .refusal:not(:empty)::before, .cotlab-live .notice:not(:empty)::before { content: "⚠ "; color: #d55e00; }
.cotlab-live .buttons { display: flex; flex-wrap: wrap; gap: 6px; margin-top: 6px; }
.cotlab-live button { font: inherit; color: inherit; background: transparent; border: 1px solid color-mix(in srgb, currentColor 45%, transparent); border-radius: 4px; padding: 2px 9px; cursor: pointer; }
.cotlab-live button:hover { background: color-mix(in srgb, currentColor 10%, transparent); }
.cotlab-live textarea { font: 12px/1.4 ui-monospace, Menlo, Consolas, monospace; color: inherit; background: transparent; width: 100%; box-sizing: border-box; margin-top: 6px; }
.cotlab-live table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 12px; }
.cotlab-live td, .cotlab-live th { padding: 1px 8px; text-align: left; border-bottom: 1px solid color-mix(in srgb, currentColor 15%, transparent); }
.cotlab-live .numbers { max-height: 260px; overflow: auto; }
.cotlab-live .hint { font-size: 12px; opacity: .8; }
.cotlab-live p { margin: 4px 0; }
@media (max-width: 560px) {
  .cotlab-live .control { grid-template-columns: 1fr 5.5em; }
  .cotlab-live .control > label, .cotlab-live .refusal { grid-column: 1 / 3; }
  .cotlab-live .control > input[type="text"]:nth-child(2) { grid-column: 1 / 3; }
}
`;

const ID = "cotlab-live-style";

/** Puts the rules into the page, once. */
export function addStyle(): void {
  if (document.getElementById(ID)) return;
  const style = document.createElement("style");
  style.id = ID;
  style.textContent = RULES;
  document.head.append(style);
}
