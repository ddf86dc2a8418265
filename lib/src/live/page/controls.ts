/** @file The controls of a figure: a slider and a field for each number, a field for a list; what is refused is said beside it. */
import type { Parameter, ParameterValue, Values } from "../../core/declaration";
import { type LiveParameter, type LiveSpec, parsedValue, refusalsOf } from "../spec";
import { html } from "./element";
import { isSlidable, nearestStop, stops } from "./stops";

/** The controls of a figure. */
export interface Controls {
  readonly element: HTMLElement;
  /** Shows values that came from elsewhere: a handle, a link. */
  show(values: Values): void;
}

/** A value as a field shows it, numbers with six digits. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.map(shown).join(", ");
  if (typeof value !== "number" || Number.isInteger(value)) return String(value).replace("-", "−");
  return value === Number.POSITIVE_INFINITY ? "∞" : String(Number(value.toPrecision(6))).replace("-", "−");
}

const titleOf = ({ name, symbol, meaning, unit }: LiveParameter): string =>
  `${symbol && symbol !== name ? `${symbol} (${name})` : name}: ${meaning}${unit ? `, in ${unit}` : ""}`;

/**
 * Controls for a figure's parameters; sample sizes and seeds are folded.
 * @param current the figure's values, asked for whenever one of them changes
 * @param onChange called with a parameter and a value that may be used
 */
export function buildControls(spec: LiveSpec, current: () => Values, onChange: (name: string, value: ParameterValue) => void): Controls {
  const rows = spec.parameters.map((parameter) => ({ parameter, ...row(spec, parameter, current, onChange) }));
  const effort = rows.filter(({ parameter }) => parameter.effort);
  const asked = rows.filter(({ parameter }) => !parameter.effort);
  const element = html(
    "div",
    { class: "controls" },
    ...asked.map((item) => item.element),
    ...(effort.length > 0
      ? [html("details", {}, html("summary", {}, "Size of the simulation"), ...effort.map((item) => item.element))]
      : []),
  );
  return {
    element,
    show(values) {
      for (const { parameter, update } of rows) update(values[parameter.name]);
    },
  };
}

let controls = 0;

function row(
  spec: LiveSpec,
  parameter: LiveParameter,
  current: () => Values,
  onChange: (name: string, value: ParameterValue) => void,
): { element: HTMLElement; update: (value: unknown) => void } {
  const { name } = parameter;
  const id = `cotlab-live-${++controls}`;
  const field = html("input", { type: "text", id, inputmode: "decimal", autocomplete: "off", "aria-describedby": `${id}-refusal` });
  const refusal = html("span", { class: "refusal", id: `${id}-refusal`, role: "alert" });
  const refuse = (words: string): void => {
    refusal.textContent = words;
    field.setAttribute("aria-invalid", String(words !== ""));
  };
  const choose = (value: unknown): void => {
    const [wrong] = refusalsOf(spec, { ...current(), [name]: value });
    refuse(wrong ?? "");
    if (wrong === undefined) onChange(name, value as ParameterValue);
  };
  field.addEventListener("change", () => choose(parsedValue(parameter as Parameter, field.value)));
  const slider = isSlidable(parameter) ? buildSlider(parameter, titleOf(parameter), current, choose) : undefined;
  const element = html(
    "div",
    { class: "control" },
    html("label", { for: id }, titleOf(parameter)),
    ...(slider ? [slider.element] : []),
    field,
    refusal,
  );
  const update = (value: unknown): void => {
    refuse("");
    field.value = shown(value);
    slider?.update(value as number);
  };
  update(parameter.value);
  return { element, update };
}

function buildSlider(
  parameter: LiveParameter & { readonly range: readonly [unknown, unknown] },
  title: string,
  current: () => Values,
  choose: (value: number) => void,
): { element: HTMLInputElement; update: (value: number) => void } {
  const element = html("input", { type: "range", min: 0, step: 1, "aria-label": title });
  element.addEventListener("input", () => choose(stops(parameter, current())[Number(element.value)]));
  return {
    element,
    update(value) {
      const list = stops(parameter, current());
      element.max = String(list.length - 1);
      element.value = String(nearestStop(list, value));
      element.setAttribute("aria-valuetext", shown(value));
    },
  };
}
