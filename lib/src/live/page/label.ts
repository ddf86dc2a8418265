/** @file Labels with sub- and superscripts, as SVG text and as plain text. */
import { math } from "../../figures/math";
import { svg } from "./element";

/** Height of a script above or below the line, in ems of its text. */
const RISE = { sub: 0.25, sup: -0.45 } as const;

/** The pieces of a label: texts with the script that they stand in. */
function pieces(label: string): { text: string; script?: "sub" | "sup" }[] {
  let script: "sub" | "sup" | undefined;
  return math(label)
    .split(/(<\/?su[bp]>)/)
    .flatMap((part) => {
      const tag = /^<(\/?)(su[bp])>$/.exec(part);
      if (tag) script = tag[1] ? undefined : (tag[2] as "sub" | "sup");
      return tag || part === "" ? [] : [{ text: unescaped(part), ...(script && { script }) }];
    });
}

const unescaped = (text: string): string => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

/** The label as text of a drawing. */
export function labelText(label: string, attributes: Parameters<typeof svg>[1]): SVGTextElement {
  let risen = 0;
  const spans = pieces(label).map(({ text, script }) => {
    const rise = script ? RISE[script] : 0;
    const span = svg("tspan", { dy: `${(rise - risen).toFixed(2)}em`, ...(script && { class: "script" }) }, text);
    risen = rise;
    return span;
  });
  return svg("text", attributes, ...spans);
}

/** The label without markup. */
export const plainLabel = (label: string): string =>
  pieces(label)
    .map(({ text }) => text)
    .join("");
