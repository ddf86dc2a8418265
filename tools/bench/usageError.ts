/** @file A wrong call of `npm run bench`: shown without a stack. */
export class UsageError extends Error {}
