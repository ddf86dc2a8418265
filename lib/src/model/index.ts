/** @file The setting: covariances, prompts, the attention layer, its pivot Γ and its chain of thought. */
export { type RolloutOptions, rollout, type ThoughtMode } from "./chainOfThought";
export { Covariance } from "./covariance";
export { appendThought, type Examples, embed, readThought, replaceThought } from "./embedding";
export { type GammaParams, gammaEigenvalues, gammaMatrix } from "./gamma";
export { type LsaParameters, linearSelfAttention, structuredParameters } from "./linearSelfAttention";
export { type AlignmentParams, inverseGamma } from "./pencil";
export { type Prompt, type PromptParams, sampleInputs, samplePrompt } from "./prompt";
export { type SecondMomentParams, sampleSecondMoment, secondMomentSampler } from "./sampleWishart";
export { type Normalisation, normaliseSpectrum, type PowerLawSpectrumParams, powerLawSpectrum } from "./spectrum";
export { promptLoss, promptLossGradient } from "./trainingLoss";
