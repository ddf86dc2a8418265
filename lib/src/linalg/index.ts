/** @file Matrix products, factors and eigenvalues, by BLAS, WebAssembly or plain TypeScript. */
export { type Backend, type BackendOptions, defaultBackend, type LinearAlgebra, linearAlgebra, type ProductBackend } from "./backend";
export { cholesky, choleskySolve } from "./cholesky";
export { type ProductOptions, product, type SymmetricProductOptions, symmetricProduct, type TargetOptions } from "./product";
export { type SymmetricEigen, symmetricEigen, symmetricEigenvalues } from "./symmetricEigen";
