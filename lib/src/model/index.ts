/** @file The setting: covariances, prompts, the attention layer, its pivot Γ, its chain of thought, and mixtures of tasks. */
export { type RolloutOptions, rollout, type ThoughtMode } from "./chainOfThought";
export { Covariance } from "./covariance";
export { appendThought, type Examples, embed, readThought, replaceThought } from "./embedding";
export { type GammaParams, gammaEigenvalues, gammaMatrix, inverseGamma } from "./gamma";
export { type CovarianceGramParams, covarianceFactor, covarianceGram } from "./gram";
export {
  ellipticalGamma,
  type FourthMoments,
  fourthMomentGamma,
  fourthMoments,
  type InputGammaParams,
  type InputMoments,
  independentGamma,
  inputGamma,
  inputMoments,
} from "./inputGamma";
export type { InputLaw } from "./inputLaw";
export { type LsaParameters, linearSelfAttention, structuredParameters } from "./linearSelfAttention";
export type { Mixing, MixtureMoments, MixtureParams, PromptMoments } from "./mixture";
export { mixtureGamma, mixtureMoments, mixturePreconditioner } from "./mixture";
export type { AlignmentParams } from "./pencil";
export { type Prompt, type PromptParams, sampleInputs, samplePrompt } from "./prompt";
export { type Normalisation, normaliseSpectrum, type PowerLawSpectrumParams, powerLawSpectrum } from "./spectrum";
export { promptLoss, promptLossGradient } from "./trainingLoss";
export { type SecondMomentParams, sampleSecondMoment, secondMomentSampler } from "./wishart";
