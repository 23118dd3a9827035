import { z } from 'zod';
import { stickyBy, type Strategy } from '#libs/contracts';

import { closedObject } from '../closed-object.js';
import { explainIssue } from '../explain-issue.js';
import { suggestName } from '../nearest-name.policy.js';
import { percentile, share } from './policy-field-types.js';

/** Taken where the strategy `score` gives no weights. */
const DEFAULT_SCORE = { quality: 0.5, cost: 0.3, latency: 0.2, throughput: 0 } as const;
const DEFAULT_TOLERANCE = 0.1;
const LARGEST_SCORE_WEIGHT = 1_000;

const tolerance = share.default(DEFAULT_TOLERANCE);
const scoreWeight = z.number().nonnegative().max(LARGEST_SCORE_WEIGHT).optional();

/** The words for strategies, as operators write them. */
export const STRATEGY_NAMES = [
  'priority',
  'weighted',
  'round-robin',
  'least-busy',
  'lowest-latency',
  'highest-throughput',
  'lowest-cost',
  'usage',
  'consistent-hash',
  'score',
] as const;

const settings = z.discriminatedUnion(
  'kind',
  [
    closedObject({ kind: z.literal('priority') }),
    closedObject({ kind: z.literal('weighted') }),
    closedObject({ kind: z.literal('round-robin') }).transform(() => ({ kind: 'round_robin' as const })),
    closedObject({ kind: z.literal('least-busy') }).transform(() => ({ kind: 'least_busy' as const })),
    closedObject({
      kind: z.literal('lowest-latency'),
      measure: z.enum(['first-token', 'total']).default('first-token'),
      percentile: percentile.default(50),
      tolerance,
    }).transform(({ measure, ...rest }) => ({
      ...rest,
      kind: 'lowest_latency' as const,
      measure: measure === 'total' ? measure : ('first_token' as const),
    })),
    closedObject({ kind: z.literal('highest-throughput'), tolerance }).transform((setting) => ({
      ...setting,
      kind: 'highest_throughput' as const,
    })),
    closedObject({ kind: z.literal('lowest-cost') }).transform(() => ({ kind: 'lowest_cost' as const })),
    closedObject({ kind: z.literal('usage') }),
    closedObject({ kind: z.literal('consistent-hash'), by: stickyBy.default('session') }).transform((setting) => ({
      ...setting,
      kind: 'consistent_hash' as const,
    })),
    closedObject({
      kind: z.literal('score'),
      quality: scoreWeight,
      cost: scoreWeight,
      latency: scoreWeight,
      throughput: scoreWeight,
    })
      .refine(
        ({ kind: _kind, ...weights }) =>
          Object.values(weights).length === 0 || Object.values(weights).some((weight) => weight !== 0),
        'must have a weight over zero; give quality, cost, latency or throughput one',
      )
      .transform(({ kind, ...weights }) =>
        Object.keys(weights).length === 0
          ? { kind, ...DEFAULT_SCORE }
          : { kind, quality: 0, cost: 0, latency: 0, throughput: 0, ...weights },
      ),
  ],
  {
    error: ({ input, code }) =>
      code === 'invalid_union' ? reasonAgainst(input) : 'must be a word such as lowest-cost, or a set of fields',
  },
);

/** How targets are ordered: the word alone, or a set of fields with the word as `kind`; read into the form of the contracts. */
export const strategySetting = z.unknown().transform((setting, context): Strategy => {
  const isWord = typeof setting === 'string';
  const read = settings.safeParse(isWord ? { kind: setting } : setting, { error: explainIssue });
  if (read.success) return read.data;
  for (const { path, message } of read.error.issues) {
    context.addIssue({ code: 'custom', path: isWord ? [] : path, message, input: setting });
  }
  return z.NEVER;
});

function reasonAgainst(input: unknown): string {
  const kind = typeof input === 'object' && input !== null && 'kind' in input ? input.kind : undefined;
  if (kind === undefined) return `is missing; it must be one of ${STRATEGY_NAMES.join(', ')}`;
  return `is not one of the choices; ${suggestName(typeof kind === 'string' ? kind : '', STRATEGY_NAMES)}`;
}
