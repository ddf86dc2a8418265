/** @file The one script of live figures, for a page and for JupyterLab: it defines `cotlabLive`. */
import { mount } from "./mount";

(globalThis as unknown as { cotlabLive: { mount: typeof mount } }).cotlabLive = { mount };
