/** @file What a text is found by: its words and its symbols, however they are written: Γ, \Gamma and Gamma; k* and k^\star. */

const GREEK: Readonly<Record<string, string>> = {
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ε",
  varepsilon: "ε",
  zeta: "ζ",
  eta: "η",
  theta: "θ",
  iota: "ι",
  kappa: "κ",
  lambda: "λ",
  mu: "μ",
  nu: "ν",
  xi: "ξ",
  pi: "π",
  rho: "ρ",
  sigma: "σ",
  tau: "τ",
  phi: "φ",
  varphi: "φ",
  chi: "χ",
  psi: "ψ",
  omega: "ω",
  Gamma: "Γ",
  Delta: "Δ",
  Theta: "Θ",
  Lambda: "Λ",
  Sigma: "Σ",
  Phi: "Φ",
  Psi: "Ψ",
  Omega: "Ω",
};

/** LaTeX commands that have a sign of their own, in the texts of notebooks and theorems. */
const SIGNS: Readonly<Record<string, string>> = {
  ...GREEK,
  star: "*",
  ast: "*",
  top: "ᵀ",
  le: "≤",
  leq: "≤",
  ge: "≥",
  geq: "≥",
  ll: "≪",
  gg: "≫",
  ne: "≠",
  approx: "≈",
  propto: "∝",
  sim: "∼",
  in: "∈",
  to: "→",
  infty: "∞",
  cdot: "·",
  times: "×",
  sum: "∑",
  lVert: "‖",
  rVert: "‖",
  "|": "‖",
  lceil: "⌈",
  rceil: "⌉",
  sqrt: "√",
  langle: "⟨",
  rangle: "⟩",
  ell: "ℓ",
  dots: "…",
};

/** Commands that only set what follows. */
const SETTING =
  /\\(?:mathrm|mathbb|mathcal|mathbf|boldsymbol|operatorname|text|[tdc]?frac|[bB]igg?[lrm]?|left|right|displaystyle|hat|bar|tilde)(?![A-Za-z])/g;

const NAME_OF_SIGN = new Map(
  Object.entries(GREEK)
    .reverse()
    .map(([name, sign]) => [sign, name]),
);

/** Markdown with formulas as one line of plain text: `the best $k_\star$` is "the best k*". */
export function plainText(text: string): string {
  return (
    text
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replace(/\*\*|\$|`/g, "")
      // Emphasis; the star of a symbol stands behind a letter.
      .replace(/(?<![\p{L}\p{N}\\])\*(?=\S)([^*]*[^*\s])\*/gu, "$1")
      .replace(/\\tag\{[^}]*\}/g, "")
      .replace(/\\(?:q?quad|[,;:! ])/g, " ")
      .replace(/\\[tdc]?frac\s*(\{[^{}]*\}|\d)\s*(\{[^{}]*\}|\w)/g, "$1/$2")
      .replace(SETTING, "")
      .replace(/\\([A-Za-z]+|\|)/g, (_, command: string) => SIGNS[command] ?? command)
      .replace(/\\(.)/g, "$1")
      .replace(/[_^]\{?\*\}?/g, "*")
      .replace(/[{}~]/g, "")
      .replace(/\s+/g, " ")
      .trim()
  );
}

/** A Greek letter, a word or a number, each with its index and its star. */
const WORD = /(?:\p{Script=Greek}|\p{L}[\p{L}\p{N}]*)(?:_[\p{L}\p{N}]+)*\*?|\d+(?:\.\d+)*/gu;
const GREEK_WORD = /^\p{Script=Greek}/u;

function parts(text: string): string[] {
  // λᵢ and m₀ are λ_i and m_0; a power is not part of a symbol.
  const unraised = plainText(text)
    .replace(/[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ᵀᵏ]+/g, " ")
    .replace(/[₀-₉ᵢⱼₖₙₘ]+/g, (index) => `_${index.normalize("NFKC")}`);
  // Γ and γ are two symbols, Training and training are one word.
  return (unraised.match(WORD) ?? []).map((word) => (GREEK_WORD.test(word) ? word : word.toLowerCase()));
}

/** What a reader asks for. */
export function wordsOfQuery(text: string): string[] {
  return parts(text);
}

/** What a text is stored under: a symbol also without index and star, and by its letter's name. */
export function wordsOfText(text: string): string[] {
  return parts(text).flatMap((word) => {
    const [bare] = word.split(/[_*]/);
    const name = NAME_OF_SIGN.get(bare)?.toLowerCase();
    return [word, ...(bare === word || bare.length === 0 ? [] : [bare]), ...(name ? [name] : [])];
  });
}
