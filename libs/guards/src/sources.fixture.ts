import type { GuardSources } from './guard-texts.js';

/** For tests of guards that ask nobody. */
export const noSources: GuardSources = {
  presidio: () => Promise.reject(new Error('nobody is asked here')),
  moderation: () => Promise.reject(new Error('nobody is asked here')),
  webhook: () => Promise.reject(new Error('nobody is asked here')),
};
