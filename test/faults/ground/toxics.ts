import { z } from 'zod';

const milliseconds = z.int().min(0).max(3_600_000);
const direction = z.enum(['to-server', 'to-client', 'both']).default('both');

/**
 * What a fault proxy does to the bytes that pass it. `timeout` lets nothing through while the connection stays open, as a network does
 * that drops packets; `down` refuses and ends connections; `reset-peer` ends each connection with a reset after so long; `limit-data` ends
 * it after so many bytes; `slow-close` holds back the end.
 */
export const toxicSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('latency'), direction, milliseconds, jitterMilliseconds: milliseconds.default(0) }),
  z.strictObject({ type: z.literal('bandwidth'), direction, bytesPerSecond: z.int().positive() }),
  z.strictObject({ type: z.literal('timeout'), direction }),
  z.strictObject({ type: z.literal('slicer'), direction, bytes: z.int().positive() }),
  z.strictObject({ type: z.literal('limit-data'), direction, bytes: z.int().positive() }),
  z.strictObject({ type: z.literal('slow-close'), direction, milliseconds }),
  z.strictObject({ type: z.literal('reset-peer'), milliseconds }),
  z.strictObject({ type: z.literal('down') }),
]);

export type Toxic = z.infer<typeof toxicSchema>;
export type ToxicFields = z.input<typeof toxicSchema>;
export type Way = 'to-server' | 'to-client';

/** The toxics that work on bytes going this way. */
export function toxicsOn(way: Way, toxics: readonly Toxic[]): readonly Toxic[] {
  return toxics.filter((toxic) => 'direction' in toxic && (toxic.direction === 'both' || toxic.direction === way));
}
