/** @file Every result that declares a testable claim, in the order of the paper. */
import { dampingTheorem } from "./finite/damping";
import { divergingShareTheorem } from "./finite/divergingShare";
import { firstOrderTheorem } from "./finite/firstOrderLength";
import { inverseLengthTheorem } from "./finite/inverseLengthExpansion";
import { isotropicErrorTheorem } from "./finite/isotropicError";
import { isotropicNoiseTheorem } from "./finite/isotropicNoiseError";
import { meanDivergence } from "./finite/meanDivergence";
import { nonCommutingEquivalentTheorem } from "./finite/nonCommutingEquivalent";
import { nonCommutingErrorTheorem } from "./finite/nonCommutingError";
import { typicalConvergence } from "./finite/typicalBehaviour";
import { type RegisteredTheorem, register } from "./judgeClaim";
import { corollary35, corollary35Exact, corollary35Rate } from "./paper/corollary35";
import { criticalLengthDichotomy } from "./paper/criticalLength";
import { bernoulliExchange } from "./paper/exchange";
import { hardnessMaximum, hardnessMinimum } from "./paper/hardness";
import { multiTaskLossFormula, multiTaskMinimum } from "./paper/multiTaskLoss";
import {
  overthinkingDichotomy,
  overthinkingExact,
  overthinkingRate,
  overthinkingTraceBound,
  overthinkingTraceFormula,
} from "./paper/overthinking";
import { proposition32 } from "./paper/proposition32";
import { proposition43Theorem } from "./paper/proposition43Theorem";
import { selectionPromise } from "./paper/selectionProgram";
import { theorem31 } from "./paper/theorem31";
import { theorem33, theorem33Exact, theorem33Sharper } from "./paper/theorem33";
import { finitePretrainingGrowth } from "./pretraining/criticalPrompts";
import { finitePretrainingIsotropic } from "./pretraining/isotropicPretraining";
import { finitePretraining } from "./pretraining/pretrainingError";
import { finitePretrainingNoise } from "./pretraining/pretrainingNoise";
import { fineTuning } from "./training/fineTuning";
import { inputPivotTheorem } from "./training/inputPivot";
import { loopedTrainingError, loopedTrainingMinimum } from "./training/loopedTraining";
import { uncoveredLimit } from "./training/uncoveredError";

/** All registered results. A new one needs its file and a line here; the conformance test then holds it to its claim. */
export const theorems: readonly RegisteredTheorem[] = [
  register(theorem31),
  register(proposition32),
  register(theorem33),
  register(theorem33Sharper),
  register(theorem33Exact),
  register(hardnessMaximum),
  register(hardnessMinimum),
  register(corollary35),
  register(corollary35Exact),
  register(corollary35Rate),
  register(bernoulliExchange),
  register(isotropicErrorTheorem),
  register(isotropicNoiseTheorem),
  register(nonCommutingErrorTheorem),
  register(nonCommutingEquivalentTheorem),
  register(inverseLengthTheorem),
  register(firstOrderTheorem),
  register(meanDivergence),
  register(typicalConvergence),
  register(overthinkingTraceFormula),
  register(overthinkingTraceBound),
  register(overthinkingExact),
  register(overthinkingDichotomy),
  register(overthinkingRate),
  register(criticalLengthDichotomy),
  register(multiTaskLossFormula),
  register(multiTaskMinimum),
  register(proposition43Theorem),
  register(selectionPromise),
  register(finitePretrainingNoise),
  register(finitePretrainingIsotropic),
  register(finitePretraining),
  register(finitePretrainingGrowth),
  register(dampingTheorem),
  register(divergingShareTheorem),
  register(inputPivotTheorem),
  register(fineTuning),
  register(uncoveredLimit),
  register(loopedTrainingError),
  register(loopedTrainingMinimum),
];
