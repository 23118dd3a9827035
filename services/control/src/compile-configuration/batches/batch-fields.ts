import { z } from 'zod';

import { closedObject } from '../closed-object.js';

const MOST_LINES = 50_000;
const MOST_HOURS = 720;
const MOST_MINUTES = 1_440;

/** Whether lines of batches may go to the provider's own batch API, and when they do. */
export const batchFields = closedObject({
  native: z.enum(['allow', 'never']),
  /** Fewer lines go online. */
  minLines: z.int().positive().max(MOST_LINES).default(100),
  /** With less time until the deadline of their batch, lines go online. */
  minHours: z.number().nonnegative().max(MOST_HOURS).default(6),
  /** So long before that deadline lines are called back that the provider has not done, and go online. */
  marginMinutes: z.number().positive().max(MOST_MINUTES).default(120),
});
