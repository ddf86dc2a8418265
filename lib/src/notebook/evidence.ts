/** @file What a notebook's run showed, as the evidence file records it. */
import type { Check } from "./verdict";

/** One notebook's entry in `data/evidence.json`, written by `npm run reproduce` from the notebook's verdict cell. */
export interface Evidence {
  /** The notebook's file name. */
  readonly notebook: string;
  readonly claim: string;
  readonly source: string;
  readonly setting: string;
  /** The library functions that state and test the claim. */
  readonly functions: readonly string[];
  readonly checks: readonly Check[];
  /** Seconds for Run All on the machine that last ran it. */
  readonly seconds: number;
}
