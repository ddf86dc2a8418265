/** @file The quadratic program on the simplex, with a certificate. */
export type { QpMatrix } from "./simplexQp";
export {
  type ActiveConstraints,
  type CertifiedQp,
  certifySimplexQp,
  type QpCertificate,
  type QpConflict,
  type QpGroup,
  type QpMultipliers,
  SimplexQpError,
  type SimplexQpOptions,
  type SimplexQpProblem,
  type SimplexQpResult,
  type SimplexQpStatus,
  simplexQp,
} from "./simplexQp";
