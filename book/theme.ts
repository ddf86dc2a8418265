/** @file Where the reader's choice of light or dark is kept; the reference uses the same place and the same words. */
export const THEME_KEY = "tsd-theme";
