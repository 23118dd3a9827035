/**
 * The share of requests that try a target first of which nothing has been measured, while there are others that have been:
 * without it a new target, or one that has not been called for minutes, would never be measured again.
 */
export const EXPLORED_SHARE = 0.05;
