import { constantFrom, integer, oneof, record, type Arbitrary } from 'fast-check';
import type { Submission } from './played-provider.fixture.js';

/** A process that is killed before it makes this change. */
type Death = 'nothing' | 'move' | 'note' | 'giveBack' | 'end';
/** Changes by which time passes for the batch `$1`. */
export const TIMES = {
  deadline: `UPDATE jobs.native_batches SET give_up_at = now() WHERE batch_id = $1`,
  resolve: `UPDATE jobs.native_batches SET submitting_at = submitting_at - interval '1 hour' WHERE batch_id = $1`,
  'cancel wait': `UPDATE jobs.native_batches SET cancelling_at = cancelling_at - interval '1 hour' WHERE batch_id = $1`,
  window: `UPDATE jobs.batches SET expires_at = now() WHERE id = $1`,
} as const;

/** What may happen to lines that go to a provider. */
export type Happening =
  | { kind: 'look'; submission: Submission; death: Death; losesLease: boolean; losesResults: boolean }
  | { kind: 'provider'; does: 'work' | 'end' | 'fail' | 'forget'; lines: number }
  | { kind: 'late' | 'cancel' | 'dispatch' | 'step' }
  | { kind: 'online'; outcome: 'completed' | 'failed'; lines: number }
  | { kind: 'time'; passes: keyof typeof TIMES };

const lines = integer({ min: 0, max: 3 });
const submission = constantFrom<Submission>(
  'taken',
  'taken',
  'taken in part',
  'lost before',
  'lost after',
  'unsent',
  'refused',
  'busy',
);
const death = constantFrom<Death>('nothing', 'nothing', 'nothing', 'move', 'note', 'giveBack', 'end');
const seldom = integer({ min: 0, max: 5 }).map((number) => number === 5);
export const happening: Arbitrary<Happening> = oneof(
  {
    weight: 6,
    arbitrary: record({
      kind: constantFrom('look' as const),
      submission,
      death,
      losesLease: seldom,
      losesResults: seldom,
    }),
  },
  {
    weight: 4,
    arbitrary: record({
      kind: constantFrom('provider' as const),
      does: constantFrom(
        'work' as const,
        'work' as const,
        'end' as const,
        'end' as const,
        'fail' as const,
        'forget' as const,
      ),
      lines,
    }),
  },
  {
    weight: 3,
    arbitrary: record({ kind: constantFrom('dispatch' as const, 'step' as const, 'late' as const, 'cancel' as const) }),
  },
  {
    weight: 2,
    arbitrary: record({
      kind: constantFrom('online' as const),
      outcome: constantFrom('completed' as const, 'failed' as const),
      lines,
    }),
  },
  {
    weight: 2,
    arbitrary: record({
      kind: constantFrom('time' as const),
      passes: constantFrom('deadline' as const, 'resolve' as const, 'cancel wait' as const, 'window' as const),
    }),
  },
);
