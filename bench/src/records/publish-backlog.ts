import { randomBytes } from 'node:crypto';
import { headers } from '@nats-io/transport-node';
import { v7 } from 'uuid';
import { Stream, StreamHeader, Subject, type RequestEnded } from '#libs/contracts';
import { BenchError } from '../bench.error.js';
import type { RecordsProgress } from '../jetstream/records-progress.js';
import { BENCH } from '../stack/bench-configuration.js';

const EVENTS_A_BATCH = 500;
const STORED_WITHIN_MILLISECONDS = 30_000;

/** What the events of the bench's own interactive calls are published on. */
export const COMPLETED_SUBJECT = Subject.requestEnded('completed', BENCH.organization, 'interactive');

/**
 * Publishes `count` terminal events into RESULTS, in atomic batches as the worker does. Each is the true event of a call
 * that was made (`template`, JSON) with a request id and a seal of its own, in the order of time as the ingress makes them.
 */
export async function publishBacklog(records: RecordsProgress, template: string, count: number): Promise<void> {
  const { requestId } = JSON.parse(template) as RequestEnded;
  const another = (): string => {
    const event = template.replaceAll(requestId, `req_${v7().replaceAll('-', '')}`);
    return JSON.stringify(records.seals.sealed(JSON.parse(event) as RequestEnded));
  };
  for (let left = count; left > 0; left -= EVENTS_A_BATCH) {
    const events = Array.from({ length: Math.min(EVENTS_A_BATCH, left) }, another);
    await publishBatch(records, events);
  }
}

async function publishBatch({ connection }: RecordsProgress, events: readonly string[]): Promise<void> {
  const id = randomBytes(12).toString('hex');
  for (const [index, event] of events.entries()) {
    const isLast = index === events.length - 1;
    const marks = headers();
    marks.set(StreamHeader.batchId, id);
    marks.set(StreamHeader.batchSequence, String(index + 1));
    if (!isLast) {
      connection.publish(COMPLETED_SUBJECT, event, { headers: marks });
      continue;
    }
    marks.set(StreamHeader.batchCommit, '1');
    const options = { headers: marks, timeout: STORED_WITHIN_MILLISECONDS };
    const reply = (await connection.request(COMPLETED_SUBJECT, event, options)).string();
    if (reply.includes('"error"'))
      throw new BenchError(`${Stream.results.name} refused a batch of events: ${reply}`, 'See the nats-server log.');
  }
}
