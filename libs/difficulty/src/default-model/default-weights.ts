/** Written by write-default-weights.main.ts. */
export const DEFAULT_WEIGHTS = '';
