/** The specification of a sweep of "cot-error" over a grid, for inputs whose spectrum falls like 1/i. */
export const cotErrorGrid = (name: string, seed: number, draws: number, d: number, grid: Readonly<Record<string, readonly number[]>>) => ({
  name,
  experiment: "cot-error",
  seed,
  draws,
  fixed: { d, steps: 20, "train.spectrum": { exponent: 1 } },
  grid,
});
