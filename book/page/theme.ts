/** @file Light, dark, or as the system is set. */
import { THEME_KEY } from "../theme.ts";

const THEMES = { os: "as the system", light: "light", dark: "dark" } as const;
type Theme = keyof typeof THEMES;

/** Shows the switch. */
export function startTheme(): void {
  const button = document.getElementById("theme")!;
  const page = document.documentElement;
  const current = (): Theme => (page.dataset.theme !== undefined && page.dataset.theme in THEMES ? (page.dataset.theme as Theme) : "os");
  const show = (theme: Theme): void => {
    page.dataset.theme = theme;
    button.textContent = { os: "◐", light: "☀", dark: "☾" }[theme];
    button.title = `Colours: ${THEMES[theme]}`;
    button.setAttribute("aria-label", button.title);
  };
  button.addEventListener("click", () => {
    const names = Object.keys(THEMES) as Theme[];
    const next = names[(names.indexOf(current()) + 1) % names.length];
    show(next);
    try {
      localStorage.setItem(THEME_KEY, next);
    } catch {
      // A browser that keeps nothing for pages of a disk: the choice holds for this page.
    }
  });
  show(current());
  button.hidden = false;
}
