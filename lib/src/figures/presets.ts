/** @file Printed sizes, named after where a figure goes. */

/** A printed size. */
export interface Preset {
  /** In px before scaling; 96 px = 1 inch. */
  readonly width: number;
  /** In px before scaling. */
  readonly height: number;
  /** Enlargement of the whole drawing. */
  readonly scale: number;
  /** Size of the axes' titles in px before scaling; default 12, which is 9 pt. */
  readonly fontSize?: number;
  /** A slide keeps its height when the legend needs more rows. */
  readonly fixedHeight?: boolean;
}

const INCH = 96;
/** 10 pt, where the body text has 11 pt. */
const LARGER = 10 / 0.75;
const column = (width: number, height: number, fontSize?: number): Preset => ({
  width: width * INCH,
  height,
  scale: 1,
  ...(fontSize === undefined ? {} : { fontSize }),
});

/**
 * Widths are those of the text or of a column; text is 8.25 to 9 pt, with JMLR 9.2 to 10 pt, on slides 14 to 15.5 pt. ICLR, NeurIPS, ICML,
 * AISTATS, UAI, JMLR, TMLR, AAAI and CVPR agree with the table of tueplots (`figsizes.py`); ACL, IEEE and PMLR are from memory. Style files change:
 * hold a width against that of your year (`\the\textwidth`, `\the\columnwidth`; 72.27 pt = 1 in).
 */
export const PRESETS = {
  /** The text width of ICLR: 5.5 in. */
  iclr: column(5.5, 300),
  /** Two figures side by side in that width: 2.7 in. */
  "iclr-half": column(2.7, 195),
  /** NeurIPS has the same width. */
  neurips: column(5.5, 300),
  "neurips-half": column(2.7, 195),
  /** One of ICML's two columns: 3.25 in. */
  icml: column(3.25, 220),
  /** Both of ICML's columns: 6.75 in. */
  "icml-wide": column(6.75, 300),
  /** One of AISTATS's two columns: 3.25 in; both: 6.75 in. */
  aistats: column(3.25, 220),
  "aistats-wide": column(6.75, 300),
  /** One of UAI's two columns: 3.25 in; both: 6.75 in. */
  uai: column(3.25, 220),
  "uai-wide": column(6.75, 300),
  /** JMLR's text width: 6 in, and its body text of 11 pt. */
  jmlr: column(6, 330, LARGER),
  /** The proceedings PMLR (COLT, ALT): 6 in. From memory. */
  pmlr: column(6, 330, LARGER),
  /** TMLR's text width: 6.5 in. */
  tmlr: column(6.5, 340),
  /** One of ACL's two columns: 7.7 cm; both: 16 cm. From memory. */
  acl: column(7.7 / 2.54, 210),
  "acl-wide": column(16 / 2.54, 300),
  /** One of AAAI's two columns: 3.3 in; both: 6.975 in. */
  aaai: column(3.3, 220),
  "aaai-wide": column(6.975, 310),
  /** One of CVPR's two columns: 3.25 in; both: 6.875 in. */
  cvpr: column(3.25, 220),
  "cvpr-wide": column(6.875, 310),
  /** One of the two columns of IEEE's transactions: 3.5 in; both: 7.16 in. From memory. */
  ieee: column(3.5, 230),
  "ieee-wide": column(7.16, 310),
  /** A 16:9 slide of 10 by 5.625 in. */
  slides: { width: 560, height: 315, scale: 12 / 7, fixedHeight: true },
} satisfies Record<string, Preset>;

/** One of the names of {@link PRESETS}. */
export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];
