/** @file A live figure on a page: controls, drawing, simulated points as they come, what can be taken away. */
import { csvText } from "../../core/csvText";
import type { Values } from "../../core/declaration";
import type { Series } from "../../figures/lineChart";
import type { Panel } from "../panel";
import { asNames, asRoles, type LiveSpec, refusalsOf, valuesOf } from "../spec";
import type { Answer, Points } from "../task";
import { buildControls } from "./controls";
import { type Drawn, drawPanel } from "./drawing";
import { html } from "./element";
import { type Moves, movesOfKey, movesOfPointer } from "./handles";
import { plainLabel } from "./label";
import { fragmentOf, valuesOfFragment } from "./link";
import { addStyle } from "./style";
import { parametersCell, plottedRows, setLine, svgOf } from "./takeAway";
import { openLine } from "./workers";

/** Two panels stand side by side where each has this width, in pixels. */
const SIDE_BY_SIDE = 380;
/** Milliseconds without a move before points are drawn and a screen reader is told the numbers. */
const REST = 150;

/** Where a figure is mounted. */
export interface MountOptions {
  /** Whether the page's address may hold settings; default true. */
  readonly links?: boolean;
}

/** Puts a live figure into an element, in place of what it holds. */
export function mount(element: HTMLElement, spec: LiveSpec, options: MountOptions = {}): void {
  addStyle();
  new LiveFigure(element, spec, options.links ?? true);
}

class LiveFigure {
  private values: Values;
  private panels: readonly Panel[] = [];
  private points: Points | null = null;
  private drawn: Drawn[] = [];
  private resting: ReturnType<typeof setTimeout> | undefined;
  private readonly line = openLine((answer, latest) => this.receive(answer, latest));
  private readonly controls;
  private readonly stage = html("div", { class: "panels" });
  private readonly hint = html(
    "p",
    { class: "hint", hidden: "" },
    "Drag the circles, or reach them with Tab and move them with the arrow keys.",
  );
  private readonly summary = html("p", { class: "summary" });
  private readonly simulated = html("p", { class: "simulated" });
  private readonly spoken = html("p", {
    "aria-live": "polite",
    style: "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)",
  });
  private readonly notice = html("p", { class: "notice", role: "alert" });
  private readonly numbers = html("div", { class: "numbers", tabindex: 0 });
  private readonly text = html("textarea", { readonly: "", rows: 4, hidden: "", "aria-label": "Settings as text" });

  constructor(
    private readonly element: HTMLElement,
    private readonly spec: LiveSpec,
    links: boolean,
  ) {
    this.values = valuesOf(spec);
    this.controls = buildControls(
      spec,
      () => this.values,
      (name, value) => this.move({ [name]: value }),
    );
    const numbers = html("details", {}, html("summary", {}, "Numbers"), this.numbers);
    numbers.addEventListener("toggle", () => this.listNumbers());
    const box = html(
      "section",
      { class: "cotlab-live", id: `live-${spec.name}`, "aria-label": spec.title },
      html("h4", {}, spec.title),
      this.notice,
      this.stage,
      this.hint,
      this.summary,
      this.simulated,
      this.spoken,
      this.controls.element,
      this.buttons(links),
      this.text,
      numbers,
    );
    // JupyterLab takes the arrow keys for its own, but for what has the focus and says that it needs them.
    box.addEventListener("focusin", ({ target }) => (target as Element).setAttribute("data-lm-suppress-shortcuts", "true"));
    element.replaceChildren(box);
    if (links) {
      this.follow(location.hash);
      addEventListener("hashchange", () => this.follow(location.hash));
    }
    this.controls.show(this.values);
    let width = 0;
    new ResizeObserver(() => {
      if (this.stage.clientWidth === width) return;
      width = this.stage.clientWidth;
      this.draw();
    }).observe(this.stage);
    this.compute();
  }

  /** Takes the settings of a link to this figure. */
  private follow(fragment: string): void {
    const linked = valuesOfFragment(this.spec, fragment);
    if (linked === undefined) return;
    const refused = "refusal" in linked;
    this.values = refused ? valuesOf(this.spec) : linked.values;
    this.notice.textContent = refused ? `The link's settings were not used: ${linked.refusal}. These are the notebook's own.` : "";
    this.controls.show(this.values);
    this.compute();
    this.element.scrollIntoView();
  }

  /** New values of some parameters, together. */
  private move(moves: Moves): void {
    const values = { ...this.values, ...moves };
    if (refusalsOf(this.spec, values).length > 0) return;
    this.values = values;
    this.notice.textContent = "";
    const [changed] = Object.keys(moves);
    this.compute(this.spec.parameters.find(({ name }) => name === changed)?.role ?? changed);
    this.controls.show(values);
  }

  private compute(changed?: string): void {
    const { figure: kind } = this.spec;
    this.points = null;
    this.simulated.textContent = "";
    clearTimeout(this.resting);
    this.line.askFormulas({ kind, values: asRoles(this.spec, this.values), changed });
  }

  private receive(answer: Answer, latest: boolean): void {
    if ("refusal" in answer) {
      if (latest) this.notice.textContent = answer.refusal;
    } else if ("points" in answer) {
      this.points = answer.points;
      this.simulated.textContent = answer.points?.words ?? "";
      this.draw();
    } else {
      const { drawing, values } = answer;
      this.panels = drawing.panels;
      this.summary.textContent = drawing.summary;
      this.hint.hidden = !drawing.panels.some(({ handles = [] }) => handles.length > 0);
      this.draw();
      if (!latest) return;
      this.values = asNames(this.spec, values);
      this.controls.show(this.values);
      this.resting = setTimeout(() => {
        this.spoken.textContent = this.summary.textContent;
        this.line.askDraws({ kind: this.spec.figure, values });
      }, REST);
    }
  }

  private furtherOf(panel: number): readonly Series[] {
    return this.points?.panel === panel ? this.points.series : [];
  }

  private draw(): void {
    const room = this.stage.clientWidth || 640;
    if (this.panels.length === 0 || !this.element.isConnected) return;
    const columns = room >= 2 * SIDE_BY_SIDE ? this.panels.length : 1;
    const width = Math.min(Math.floor((room - 8 * (columns - 1)) / columns), columns === 1 ? 720 : 480);
    const focused = this.focusedHandle();
    this.drawn = this.panels.map((panel, i) => drawPanel(panel, this.furtherOf(i), width));
    this.stage.replaceChildren(
      ...this.drawn.map(({ element }, i) => {
        element.setAttribute("role", "group");
        element.setAttribute(
          "aria-label",
          `${this.panels[i].title || this.spec.title}: ${plainLabel(this.panels[i].y.label)} against ${plainLabel(this.panels[i].x.label)}`,
        );
        this.listenToHandles(i);
        return html("figure", {}, ...(this.panels[i].title ? [html("figcaption", {}, this.panels[i].title)] : []), element);
      }),
    );
    if (focused) this.drawn[focused.panel]?.handles[focused.index]?.focus();
    this.listNumbers();
  }

  /** The handle that the keyboard is on: a new drawing has new ones. */
  private focusedHandle(): { panel: number; index: number } | undefined {
    const panel = this.drawn.findIndex(({ handles }) => handles.some((handle) => handle === document.activeElement));
    return panel < 0 ? undefined : { panel, index: this.drawn[panel].handles.indexOf(document.activeElement as SVGElement) };
  }

  private listenToHandles(i: number): void {
    const [panel, { element, handles }] = [this.panels[i], this.drawn[i]];
    if (handles.length === 0) return;
    element.classList.add("movable");
    handles.forEach((handle, index) => {
      const { x, y, xOf, yOf } = panel.handles![index];
      const text = [...(xOf ? [`${plainLabel(panel.x.label)} ${x}`] : []), ...(yOf ? [`${plainLabel(panel.y.label)} ${y}`] : [])].join(
        "; ",
      );
      handle.setAttribute("aria-valuetext", text);
      handle.setAttribute("aria-valuenow", String(yOf ? y : x));
      handle.addEventListener("keydown", (event) => {
        const moves = movesOfKey(this.spec, panel.handles![index], event.key, this.values);
        if (moves === null) return;
        event.preventDefault();
        event.stopPropagation();
        this.move(moves);
      });
    });
    element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      event.preventDefault();
      // The drawing is replaced under the pointer, so that the page listens.
      const dragging = new AbortController();
      const { signal } = dragging;
      addEventListener("pointermove", (next) => this.dragTo(i, next), { signal });
      for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => dragging.abort(), { signal });
      this.dragTo(i, event);
    });
  }

  private dragTo(i: number, event: PointerEvent): void {
    const drawn = this.drawn[i];
    const box = drawn.element.getBoundingClientRect();
    const zoom = Number(drawn.element.getAttribute("width")) / box.width;
    const at = { x: (event.clientX - box.left) * zoom, y: (event.clientY - box.top) * zoom };
    const wish = movesOfPointer(this.spec, this.panels[i], drawn, at, this.values);
    if (wish === null) return;
    this.move(wish.moves);
    drawn.handles[wish.index].focus({ preventScroll: true });
  }

  private buttons(links: boolean): HTMLElement {
    const button = (label: string, act: () => void): HTMLButtonElement => {
      const element = html("button", { type: "button" }, label);
      element.addEventListener("click", act);
      return element;
    };
    const { name } = this.spec;
    return html(
      "div",
      { class: "buttons", role: "group", "aria-label": "Take away" },
      button("Parameters cell", () => this.give(parametersCell(this.spec, this.values))),
      button("--set line", () => this.give(setLine(this.spec, this.values))),
      ...(links ? [button("Link", () => this.give(location.href.replace(/#.*/s, "") + fragmentOf(this.spec, this.values)))] : []),
      button("SVG", () => save(`${name}.svg`, "image/svg+xml", svgOf(this.drawn.map(({ element }) => element)))),
      button("CSV", () => save(`${name}.csv`, "text/csv", csvText(plottedRows(this.shownPanels())))),
      button("Reset", () => this.move(valuesOf(this.spec))),
    );
  }

  private shownPanels(): { title: string; series: Series[] }[] {
    return this.panels.map(({ title, series }, i) => ({ title, series: [...series, ...this.furtherOf(i)] }));
  }

  /** Shows a text to be copied, and copies it where the page may. */
  private give(text: string): void {
    this.text.hidden = false;
    this.text.value = text;
    this.text.rows = Math.min(12, text.split("\n").length);
    this.text.select();
    navigator.clipboard?.writeText(text).catch(() => {});
  }

  /** The plotted numbers as a table, while it is open. */
  private listNumbers(): void {
    const details = this.numbers.parentElement as HTMLDetailsElement;
    if (!details.open) return;
    const [head, ...rows] = plottedRows(this.shownPanels());
    const line = (cells: typeof head, tag: "td" | "th") => html("tr", {}, ...cells.map((cell) => html(tag, {}, readable(cell))));
    this.numbers.replaceChildren(html("table", {}, line(head, "th"), ...rows.map((cells) => line(cells, "td"))));
  }
}

/** A field of the table: numbers with six digits. */
const readable = (cell: string | number | null): string => (typeof cell === "number" ? String(Number(cell.toPrecision(6))) : (cell ?? ""));

/** Gives the reader a file. */
function save(name: string, type: string, content: string): void {
  const link = html("a", { href: URL.createObjectURL(new Blob([content], { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
