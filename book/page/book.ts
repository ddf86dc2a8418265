/** @file What a page does in the browser: light and dark, contents on a phone, the search, live figures. */
import { mountLiveFigures } from "./live.ts";
import { startSearch } from "./search.ts";
import { startTheme } from "./theme.ts";

startTheme();
startSearch();
mountLiveFigures();

const contents = document.getElementById("contents")!;
// The line of this page comes into view.
const here = contents.querySelector<HTMLElement>("[aria-current]");
if (here) contents.scrollTop = here.offsetTop - contents.clientHeight / 4;
// On a phone the contents lie over the text that one of their lines leads to.
contents.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("a") && contents.matches(":popover-open")) contents.hidePopover();
});
