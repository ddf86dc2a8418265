/** @file Which function a call's number goes to: each in turn, and those that take long more rarely. */

/** Functions that draw pictures, start threads or write files: one call in so many rounds. */
const RARELY: readonly (readonly [RegExp, number])[] = [
  [
    /^figures\.(?:exportFigure|fitFigure|render|inspectFigure|figureProblems)|^notebook\.show|^diagnostic\.(?:diagnose$|write)|^(?:data\.read|diagnostic\.collect)/,
    10,
  ],
  [/^simulation\.(?:simulate|compare|runSweep|runCell|gatherCells)|^transformer\.(?:train|measure|thinking)/, 30],
];

/** The function of a call, by its place in the sorted names. */
export function planOf(names: readonly string[]): (call: number) => number {
  const every = names.map((name) => RARELY.find(([pattern]) => pattern.test(name))?.[1] ?? 1);
  const often = names.flatMap((_, i) => (every[i] === 1 ? [i] : []));
  return (call) => {
    const [round, at] = [Math.floor(call / names.length), call % names.length];
    return round % every[at] === 0 || often.length === 0 ? at : often[call % often.length];
  };
}
