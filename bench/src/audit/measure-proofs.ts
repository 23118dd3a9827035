import { request } from 'undici';
import { BenchError } from '../bench.error.js';
import { Histogram } from '../load/histogram.js';
import { BENCH } from '../stack/bench-configuration.js';
import type { RunningStack } from '../stack/running-stack.js';
import type { AuditFigures } from './audit-figures.js';

const WARM_UP_PROOFS = 50;
const MICROSECONDS_A_MILLISECOND = 1_000;

/** Asks for a proof of one entry after another, wherever it stands in the log, over HTTP with the admin key. */
export async function measureProofs(stack: RunningStack, count: number): Promise<AuditFigures['proofs']> {
  const entries = await entriesOf(stack);
  for (let proof = 0; proof < WARM_UP_PROOFS; proof++) await timeOfProof(stack, placeIn(entries));
  const times = new Histogram();
  for (let proof = 0; proof < count; proof++)
    times.record((await timeOfProof(stack, placeIn(entries))) * MICROSECONDS_A_MILLISECOND);
  return {
    entries,
    p50: times.percentile(0.5) / MICROSECONDS_A_MILLISECOND,
    p99: times.percentile(0.99) / MICROSECONDS_A_MILLISECOND,
  };
}

/** How many entries the log of the bench's organisation has. */
export async function entriesOf(stack: RunningStack): Promise<number> {
  const newest = await ask(stack, 'events', { order: 'desc', limit: '1' });
  const { data } = newest as { data: { sequence: number }[] };
  return (data[0]?.sequence ?? -1) + 1;
}

function placeIn(entries: number): number {
  return Math.floor(Math.random() * entries);
}

async function timeOfProof(stack: RunningStack, sequence: number): Promise<number> {
  const startedAt = performance.now();
  await ask(stack, 'proofs/inclusion', { sequence: String(sequence) });
  return performance.now() - startedAt;
}

async function ask(stack: RunningStack, what: string, parameters: Record<string, string>): Promise<unknown> {
  const query = new URLSearchParams({ organization: BENCH.organization, ...parameters });
  const path = `/v1/audit/${what}?${query.toString()}`;
  const { statusCode, body } = await request(`${stack.url}${path}`, {
    headers: { authorization: `Bearer ${stack.adminKey}` },
  });
  const text = await body.text();
  if (statusCode !== 200)
    throw new BenchError(`${path} is answered with ${statusCode}: ${text.slice(0, 300)}`, 'See the log of audit.');
  return JSON.parse(text);
}
