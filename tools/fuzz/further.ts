/**
 * @file Calls that work, of functions which the docstrings' examples do not run. They are written and run as those are, each in a comment of
 * its own, in the order of their groups.
 */

/**
 * @example
 * const random = cot.Random.seed(1);
 * [random.permutation(4), random.uniform(), random.normal(), random.fillNormal(new Float64Array(3)), random.chiSquare(3), random.integer(4)];
 */

/**
 * @example
 * const [third, half] = [cot.core.Rational.of(1, 3), cot.core.Rational.of(-1, 2)];
 * [third.add(half), third.subtract(half), third.multiply(half), third.divide(half), third.pow(3), third.compare(half)];
 * [third.equals(half), half.toNumber(), third.log()];
 */

/**
 * @example
 * const sums = new cot.data.SecondMoments(2, { blocks: 2, fourth: true });
 * sums.add(Float64Array.of(1, 2, 3, 4, 5, 7, 1, 1));
 * const moments = sums.finish();
 * [moments.project(Float64Array.of(1, 0)), moments.rearrange([1, 0], [2, 3]), moments.covariance(0), moments.fourthMoments(0)];
 */

/**
 * @example
 * const covariance = cot.Covariance.diagonal([2, 1]);
 * [covariance.root(), covariance.withEigenvalues([1, 2]), covariance.scale(2), covariance.inverse(), covariance.apply(Math.sqrt)];
 */

/**
 * @example
 * const estimator = cot.estimators.estimatorFromSpec({ estimator: "ridge", options: { lambda: 1 } });
 * estimator.estimate({ X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] }, 2);
 */

/**
 * @example
 * const [tasks, target] = [[[2, 0.5], [0.5, 2]].map(cot.Covariance.diagonal), cot.Covariance.diagonal([1, 1])];
 * const model = new cot.selection.MixtureModel({ tasks, target, lengths: 20 });
 * [model.program("paper"), model.objective("gamma", [0.5, 0.5]), model.step([0.5, 0.5]), model.preconditioner([0.5, 0.5])];
 * model.logErrorGradient([0.5, 0.5], 3);
 */

/**
 * @example
 * const turned = cot.Covariance.fromMatrix([[1, 0.3], [0.3, 0.5]]);
 * const model = new cot.selection.MixtureModel({ tasks: [turned, cot.Covariance.diagonal([1, 1])], target: turned, lengths: [5, 9] });
 * [model.program("gamma"), model.objective("paper", [0.5, 0.5]), model.step([0.5, 0.5]), model.growth([1, 0])];
 * [model.logErrors([0.5, 0.5], [1, 4]), model.logErrorGradient([0.5, 0.5], 3)];
 */

/**
 * @example
 * const spec = cot.simulation.sweepSpec({ name: "f", experiment: "limit-error", fixed: { d: 2, "train.n": 6, steps: 1 } }, ".");
 * const store = new cot.simulation.CellStore("further");
 * store.checkWritable();
 * [store.isEmpty(), store.look(cot.simulation.sweepCells(spec)[0])];
 */

/**
 * @example
 * const live = cot.notebook.liveFigure();
 * live.finish(cot.lineChart({ x: { label: "x" }, y: { label: "y" }, series: [{ name: "a", x: [0, 1], y: [1, 2] }] }));
 */

/**
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5]);
 * [cot.theory.pretrainingGrowth({ covariance, n: 20, prompts: 30 }), cot.theory.pretrainingGrowth({ covariance, n: 20, prompts: 30, m: 20 })];
 */

/**
 * @example
 * const covariance = cot.Covariance.diagonal([1, 0.5]);
 * [cot.theory.pretrainingPhase({ covariance, n: 5, prompts: 8 }), cot.theory.pretrainingPhase({ covariance, n: 50, prompts: 6, m: 4 })];
 */
