import { z } from 'zod';
import type { BreakerSettings } from '#libs/contracts';
import { DEFAULT_BREAKER } from '#libs/health';

import { closedObject } from '../closed-object.js';
import { givenFields } from './given-fields.policy.js';

const MOST_CALLS = 100_000;
const LONGEST_WINDOW_MILLISECONDS = 600_000;
const LONGEST_COOL_DOWN_MILLISECONDS = 3_600_000;

const LEAST_PROBE_MILLISECONDS = 1_000;

const calls = z.int().min(1).max(MOST_CALLS);
const coolDown = z.int().min(1).max(LONGEST_COOL_DOWN_MILLISECONDS);

/** When a target counts as unwell, read into the form of the contracts. */
export const breakerFields = closedObject({
  consecutiveFailures: calls.optional(),
  failureShare: z.number().positive().max(1).optional(),
  leastCalls: calls.optional(),
  windowMs: z.int().min(1_000).max(LONGEST_WINDOW_MILLISECONDS).optional(),
  coolDownMs: coolDown.optional(),
  maxCoolDownMs: coolDown.optional(),
  idleProbeMs: z.int().min(LEAST_PROBE_MILLISECONDS).max(LONGEST_COOL_DOWN_MILLISECONDS).optional(),
})
  .superRefine((fields, context) => {
    const { coolDownMs = DEFAULT_BREAKER.coolDownMilliseconds } = fields;
    const { maxCoolDownMs = DEFAULT_BREAKER.mostCoolDownMilliseconds } = fields;
    if (coolDownMs <= maxCoolDownMs) return;
    const message = `is longer than maxCoolDownMs (${maxCoolDownMs}); lower it, or raise maxCoolDownMs`;
    context.addIssue({ code: 'custom', path: ['coolDownMs'], message });
  })
  .transform(({ windowMs, coolDownMs, maxCoolDownMs, idleProbeMs, ...rest }): Partial<BreakerSettings> =>
    givenFields({
      ...rest,
      windowMilliseconds: windowMs,
      coolDownMilliseconds: coolDownMs,
      mostCoolDownMilliseconds: maxCoolDownMs,
      idleProbeMilliseconds: idleProbeMs,
    }),
  );
