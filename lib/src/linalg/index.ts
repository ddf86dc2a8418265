/**
 * @file Matrix products, factors and eigenvalues, by BLAS, WebAssembly or plain TypeScript.
 *
 * On ml-matrix's Matrix, with checks: `product`, `symmetricEigen`, `cholesky`; `layout` stands between a Matrix and one array.
 * On plain arrays, without: `dense`, `triangularSolve`, `pseudoInverse`, `vectors`; `symmetricSolver` for one eigenproblem,
 * `symmetricWorkspace` for many, made of `householder` and `tridiagonal`.
 * Underneath, products of many rows with many rows: `panels`, `panelKernel`, `panelProduct`.
 * Native: `backend` chooses, `blas` finds the library (`noBlas` where there is no Node), `lapack` calls it, `oneThread` restrains it;
 * `oneDnn` multiplies in bfloat16; `sharedLibrary` finds files for both, `slowerProducts` tells what is slower than it could be.
 * WebAssembly: `wasmAssembler` writes kernels, `simdModule` runs them; `sgemm`, `tileProduct` and `exponential` serve the transformer in
 * f32, and `waitWhile` its threads.
 */
export { type Backend, type BackendOptions, type LinearAlgebra, linearAlgebra, type Precision, type ProductBackend } from "./backend";
export { cholesky, choleskySolve } from "./cholesky";
export { type ProductOptions, product, type SymmetricProductOptions, symmetricProduct, type TargetOptions } from "./product";
export { type SymmetricEigen, symmetricEigen, symmetricEigenvalues } from "./symmetricEigen";
