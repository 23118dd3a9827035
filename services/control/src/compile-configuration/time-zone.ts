import { z } from 'zod';

import { nearestName } from './nearest-name.policy.js';

/** A time zone by its IANA name. */
export const timeZone = z
  .string()
  .refine(isTimeZone, { error: ({ input }) => `is no time zone; ${zoneHint(typeof input === 'string' ? input : '')}` });

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function zoneHint(name: string): string {
  const nearest = nearestName(name, ['UTC', ...Intl.supportedValuesOf('timeZone')]);
  return nearest === undefined ? 'take a name such as "Europe/Berlin" or "UTC"' : `did you mean "${nearest}"?`;
}
