import { z } from 'zod';
import type { TimeWindow } from '#libs/contracts';

import { closedObject } from '../closed-object.js';
import { timeZone } from '../time-zone.js';
import { givenFields } from './given-fields.policy.js';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const MINUTES_OF_HOUR = 60;
const MINUTES_OF_DAY = 1_440;

const clock = (form: RegExp, reason: string) =>
  z.string({ error: ({ input }) => (typeof input === 'number' ? reason : undefined) }).regex(form, reason);

const from = clock(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day from "00:00" to "23:59", in quotes');
const to = clock(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'must be a time of day from "00:00" to "24:00", in quotes');

/** Weekdays and hours of a time zone, read into the form of the contracts. */
export const timeWindowFields = closedObject({
  timeZone,
  days: z
    .array(z.enum(DAYS))
    .min(1)
    .refine((days) => new Set(days).size === days.length, 'must name each day once')
    .optional(),
  from: from.optional(),
  to: to.optional(),
})
  .superRefine((window, context) => {
    if (window.from === undefined || window.from !== window.to) return;
    context.addIssue({
      code: 'custom',
      path: ['to'],
      message: 'is the same as from; leave both out for whole days, or give another time',
    });
  })
  .transform((window): TimeWindow =>
    givenFields({
      timeZone: window.timeZone,
      weekdays: window.days?.map((day) => DAYS.indexOf(day) + 1),
      fromMinute: window.from === undefined ? undefined : minuteOf(window.from),
      // Midnight at the end of a window is the end of its day, not the beginning.
      toMinute: window.to === undefined ? undefined : minuteOf(window.to) || MINUTES_OF_DAY,
    }),
  );

function minuteOf(clockTime: string): number {
  const [hour = 0, minute = 0] = clockTime.split(':').map(Number);
  return hour * MINUTES_OF_HOUR + minute;
}
