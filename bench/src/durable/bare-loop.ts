import { jetstreamManager, AckPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { Pool } from 'undici';
import { PublishAcknowledgements } from '../jetstream/publish-acknowledgements.js';

const JOBS = 'BENCH_JOBS';
const RESULTS = 'BENCH_RESULTS';
const CONSUMER = 'loop';
const MOST_IN_FLIGHT = 512;
const ASK_FOR = 256;
const MOST_UNSETTLED = 5_000;
const PUBLISHED_AT_ONCE = 1_000;
const PULL_EXPIRES_NANOSECONDS = 30_000_000_000;

/** Where the jobs go. */
export interface BareUpstream {
  readonly pool: Pool;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The least a durable lane can do: pull a job, call the upstream, publish the answer durably, acknowledge the job. No job
 * table, no records, no retries, no routing; raw subscriptions rather than the client's iterators, acknowledgements of
 * publishes over one inbox. What this reaches is the bound for anything built of the same parts.
 */
export class BareLoop {
  private readonly inbox: string;

  constructor(
    private readonly connection: NatsConnection,
    private readonly acknowledgements: PublishAcknowledgements,
    private readonly upstream: BareUpstream,
  ) {
    this.inbox = `_INBOX.bare-loop-${process.pid}`;
  }

  /** Makes the streams anew and puts `bodies` into the queue. */
  async fill(bodies: readonly string[]): Promise<void> {
    const manager = await jetstreamManager(this.connection);
    for (const name of [JOBS, RESULTS]) await manager.streams.delete(name).catch(() => undefined);
    const storage = StorageType.File;
    await manager.streams.add({ name: JOBS, subjects: ['bench.job'], retention: RetentionPolicy.Workqueue, storage });
    await manager.streams.add({ name: RESULTS, subjects: ['bench.result'], storage });
    await manager.consumers.add(JOBS, {
      durable_name: CONSUMER,
      ack_policy: AckPolicy.Explicit,
      max_ack_pending: MOST_UNSETTLED,
    });
    for (let start = 0; start < bodies.length; start += PUBLISHED_AT_ONCE) {
      const some = bodies.slice(start, start + PUBLISHED_AT_ONCE);
      await Promise.all(some.map((body) => this.acknowledgements.publish('bench.job', body)));
    }
  }

  /** Does `total` jobs; gives the seconds from the first pull to the last acknowledgement. */
  async run(total: number): Promise<number> {
    const startedAt = performance.now();
    const finished = Promise.withResolvers<void>();
    let asked = 0;
    let inFlight = 0;
    let done = 0;
    const pull = (): void => {
      while (asked + inFlight + ASK_FOR <= MOST_IN_FLIGHT) {
        asked += ASK_FOR;
        this.pull(ASK_FOR);
      }
    };
    const take = async (job: Msg): Promise<void> => {
      asked -= 1;
      inFlight += 1;
      await this.do(job);
      inFlight -= 1;
      if (++done === total) finished.resolve();
      else pull();
    };
    const subscription = this.connection.subscribe(this.inbox, {
      // A message with a status ends a pull; the jobs are the others.
      callback: (_error, job) => {
        if ((job.headers?.code ?? 0) === 0) take(job).catch(finished.reject);
      },
    });
    pull();
    await finished.promise;
    subscription.unsubscribe();
    await this.connection.flush();
    return (performance.now() - startedAt) / 1000;
  }

  private pull(batch: number): void {
    const request = JSON.stringify({ batch, expires: PULL_EXPIRES_NANOSECONDS });
    this.connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${JOBS}.${CONSUMER}`, request, { reply: this.inbox });
  }

  private async do(job: Msg): Promise<void> {
    const { pool, path, headers } = this.upstream;
    const { statusCode, body } = await pool.request({ method: 'POST', path, headers, body: job.data });
    const answer = new Uint8Array(await body.arrayBuffer());
    if (statusCode !== 200) throw new Error(`the upstream answered ${statusCode}`);
    await this.acknowledgements.publish('bench.result', answer);
    job.respond('+ACK');
  }
}
