/** @file The quadratic program on the simplex, with a certificate. */
export type { CertifiedQp, QpCertificate, QpMultipliers } from "./certificate";
export type { QpConflict } from "./feasibility";
export type { QpGroup, QpMatrix, SimplexQpProblem } from "./qpProblem";
export { type ActiveConstraints, SimplexQpError, type SimplexQpResult, type SimplexQpStatus } from "./qpResult";
export { certifySimplexQp, type SimplexQpOptions, simplexQp } from "./simplexQp";
