import type { BatchObject, Caller, Facts } from '#libs/contracts';
import { LimitBucket, MessagingParts } from '#libs/messaging';
import { createTestDatabase, startNatsForTests, type NatsForTests, type TestDatabase } from '#libs/testing';
import { AnswerBatchesHandler } from './answer-batches/answer-batches.handler.js';
import { JobsForTests } from './jobs.fixture.js';
import { caller, inputLines, lineEnded } from './line.fixture.js';
import { DurableLimits } from './limit-rate/durable-limits.js';
import { PlayedNats } from './played-nats.fixture.js';
import { StoreResultsHandler } from './store-results/store-results.handler.js';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** The jobs service on a real Postgres, with limits that are counted in the bucket of a real nats-server. Each test starts it anew. */
export class LimitedJobsForTests {
  played = new PlayedNats();
  private started: JobsForTests | undefined;
  private count = 0;

  private constructor(
    readonly database: TestDatabase,
    private readonly nats: NatsForTests,
    readonly parts: MessagingParts,
  ) {}

  static async open(): Promise<LimitedJobsForTests> {
    const [database, nats] = await Promise.all([createTestDatabase(), startNatsForTests()]);
    return new LimitedJobsForTests(database, nats, await MessagingParts.open(nats.url, 'test', SILENT));
  }

  async close(): Promise<void> {
    await this.parts.close();
    await Promise.all([this.nats.stop(), this.database.drop()]);
  }

  get jobs(): JobsForTests {
    if (!this.started) throw new Error('the jobs service has not been started');
    return this.started;
  }

  /** A project that no other test has, in a configuration that is made for it. */
  async start(
    snapshotOf: (project: string) => object,
    prepare: (played: PlayedNats, project: string) => void = () => undefined,
  ): Promise<Caller> {
    this.count += 1;
    const project = `p${this.count}`;
    this.played = new PlayedNats();
    this.played.limits = new LimitBucket(this.parts.messaging);
    prepare(this.played, project);
    return this.restart({ ...this.played.snapshot, ...snapshotOf(project) }, project);
  }

  /** The same with another configuration. */
  async restart(snapshot: object, project: string): Promise<Caller> {
    this.played.snapshot = snapshot;
    await this.started?.stop();
    this.started = await JobsForTests.start(this.database.url, { nats: this.played });
    return { ...caller, project };
  }

  async stop(): Promise<void> {
    await this.jobs.query(`DELETE FROM jobs.jobs`);
    await this.jobs.stop();
    this.started = undefined;
  }

  /** Another process of the service, after the first has died: what that one let through is counted by the one that releases now. */
  async second(): Promise<JobsForTests> {
    await this.jobs.get(DurableLimits).beforeApplicationShutdown();
    return JobsForTests.start(this.database.url, { nats: this.played, home: this.jobs.home });
  }

  /** A batch whose lines may be released; so many alike, or these. */
  async validated(lines: number | string, owner: Caller): Promise<string> {
    const id = await this.jobs.create(typeof lines === 'string' ? lines : inputLines(lines), owner);
    await this.jobs.validate(id);
    return id;
  }

  async end(id: string, lines: readonly number[], over: Parameters<typeof lineEnded>[2]): Promise<void> {
    await this.jobs.get(StoreResultsHandler).store(lines.map((line) => lineEnded(id, line, over)));
    await this.jobs.get(DurableLimits).settle();
  }

  async queueOf(id: string, owner: Caller): Promise<BatchObject['queue']> {
    return (await this.jobs.get(AnswerBatchesHandler).read({ caller: owner, id })).queue;
  }

  /** What went out, as it went to the router. */
  facts(): Facts[] {
    return this.played.published.map(({ headers }) => JSON.parse(headers['Switchyard-Facts'] ?? '{}') as Facts);
  }
}
