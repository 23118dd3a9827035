import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module, type Abstract, type DynamicModule, type InjectionToken } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { ZodType } from 'zod';
import { BlobStore } from '#libs/blobs';
import { type BatchCreate, type Caller, type FileCreate, type FileObject } from '#libs/contracts';
import {
  AtomicBatchPublisher,
  BodyClaims,
  DurablePublisher,
  Messaging,
  HealthBucket,
  KeyBucket,
  LimitBucket,
  SnapshotWatch,
  StreamState,
} from '#libs/messaging';
import { Readiness, RequestSeals, ServiceLogger, Settings } from '#libs/runtime';
import { Database } from '#libs/storage';
import { AdvanceBatchHandler } from './advance-batches/advance-batch.handler.js';
import { BatchLeaseRepository } from './advance-batches/batch-lease.repository.js';
import { CreateBatchHandler } from './create-batch/create-batch.handler.js';
import { JobsSource } from './dispatch-jobs/jobs.source.js';
import { DispatchWorkHandler } from './dispatch-work/dispatch-work.handler.js';
import { DispatcherLeaseRepository } from './dispatch-work/dispatcher-lease.repository.js';
import { WorkSources } from './dispatch-work/work-source.js';
import { JobLimits } from './job-limits.js';
import { JobsModule } from './jobs.module.js';
import { DurableLimits } from './limit-rate/durable-limits.js';
import { caller } from './line.fixture.js';
import { BatchLinesSource } from './publish-lines/batch-lines.source.js';
import { WebhookSender } from './deliver-webhooks/webhook-sender.js';
import { PlayedNats } from './played-nats.fixture.js';
import { StoreFileHandler } from './store-file/store-file.handler.js';
import { WebhookLimits } from './webhook-limits.js';

const silent = (): void => undefined;

@Module({})
class SurroundingsModule {}

function surroundings(parts: { nats: PlayedNats; url: string; home: string }): DynamicModule {
  const { nats } = parts;
  const values: [InjectionToken, object][] = [
    [
      Settings,
      {
        databaseUrl: parts.url,
        home: parts.home,
        secretKey: Buffer.alloc(32, 7),
        webhookAllow: ['127.0.0.1/32'],
        webhookDisableAfterDays: 5,
        instance: randomUUID(),
        limitsUnknown: 'refuse',
      },
    ],
    [RequestSeals, new RequestSeals({ requestSealFile: undefined })],
    [Readiness, new Readiness()],
    [ServiceLogger, { debug: silent, info: silent, warn: silent, error: silent }],
    [DurablePublisher, { publish: nats.publish.bind(nats) }],
    [AtomicBatchPublisher, { publish: nats.store.bind(nats) }],
    [BodyClaims, nats.bodies],
    [
      SnapshotWatch,
      {
        ready: Promise.resolve(),
        current: nats.snapshot,
        onChange: (listener: (snapshot: object) => void) => listener(nats.snapshot),
      },
    ],
    [
      Messaging,
      {
        publish: (subject: string) => void nats.told.push(subject),
        store: (subject: string, data: string) => nats.storeNote(subject, data),
        subscribe: () => ({ unsubscribe: silent }),
        ask: async (subject: string, query: unknown, answer: ZodType) =>
          answer.parse(await nats.answer(subject, query)),
      },
    ],
    [HealthBucket, { onChange: silent, start: silent }],
    [KeyBucket, nats.keys],
    [LimitBucket, nats.limits],
    [StreamState, { progress: async () => nats.progress }],
  ];
  const providers = values.map(([provide, useValue]) => ({ provide, useValue }));
  return { module: SurroundingsModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
}

/**
 * The jobs service on a real Postgres and folder, with a played NATS. With `isRunning` its loops work through batches by
 * themselves; without, a test takes the steps one by one, and can leave off between two as a killed process would.
 */
export class JobsForTests {
  private constructor(
    private readonly module: Awaited<ReturnType<ReturnType<typeof Test.createTestingModule>['compile']>>,
    readonly nats: PlayedNats,
    readonly home: string,
    private readonly isRunning: boolean,
  ) {}

  static async start(
    url: string,
    how: {
      limits?: Partial<JobLimits>;
      webhookLimits?: Partial<WebhookLimits>;
      isRunning?: boolean;
      nats?: PlayedNats;
      home?: string;
    } = {},
  ): Promise<JobsForTests> {
    const nats = how.nats ?? new PlayedNats();
    const home = how.home ?? (await mkdtemp(join(tmpdir(), 'switchyard-jobs-')));
    const module = await Test.createTestingModule({ imports: [surroundings({ nats, url, home }), JobsModule] })
      .overrideProvider(JobLimits)
      .useValue(
        new JobLimits({
          pollMilliseconds: 20,
          dispatchMilliseconds: 20,
          estimatesKeptMilliseconds: 0,
          nativeStartMilliseconds: 0,
          ...how.limits,
        }),
      )
      .overrideProvider(WebhookLimits)
      .useValue(new WebhookLimits({ pollMilliseconds: 20, stopGraceMilliseconds: 100, ...how.webhookLimits }))
      .compile();
    const jobs = new JobsForTests(module, nats, home, how.isRunning ?? false);
    if (jobs.isRunning) await module.init();
    else {
      jobs.get(Database).start();
      jobs.get(WorkSources).add(jobs.get(BatchLinesSource));
      jobs.get(WorkSources).add(jobs.get(JobsSource));
    }
    await jobs.get(Database).whenReady();
    return jobs;
  }

  get<T>(type: Abstract<T>): T {
    return this.module.get<T>(type);
  }

  /** Ends the process as SIGTERM would. */
  async stopKeepingFiles(): Promise<void> {
    if (this.isRunning) await this.module.close();
    else {
      await this.get(DurableLimits).beforeApplicationShutdown();
      await Promise.all([this.get(Database).close(), this.get(WebhookSender).close()]);
    }
  }

  /** What is under way here must not take up the queue of the next test. */
  async stop(): Promise<void> {
    await this.query(`UPDATE jobs.batches SET status = 'failed'`);
    await this.stopKeepingFiles();
    await rm(this.home, { recursive: true, force: true });
  }

  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]> {
    return this.get(Database).query<Row>(sql, parameters);
  }

  async upload(
    content: string | Uint8Array,
    owner: Caller = caller,
    overrides: Partial<FileCreate> = {},
  ): Promise<FileObject> {
    async function* source(): AsyncIterable<Uint8Array> {
      yield typeof content === 'string' ? Buffer.from(content) : content;
    }
    const blobKey = `files/${crypto.randomUUID()}`;
    const stored = await this.get(BlobStore).write(blobKey, source(), { maxBytes: 1024 ** 3 });
    return this.get(StoreFileHandler).create({
      caller: owner,
      filename: 'in.jsonl',
      purpose: 'batch',
      blobKey,
      expiresAfterSeconds: null,
      ...stored,
      ...overrides,
    });
  }

  /** Uploads a file and creates a batch of it; gives the batch's id. */
  async create(
    content: string | Uint8Array,
    owner: Caller = caller,
    overrides: Partial<BatchCreate> = {},
  ): Promise<string> {
    return this.createOf((await this.upload(content, owner)).id, owner, overrides);
  }

  /** Creates a batch of a file that was uploaded before; gives the batch's id. */
  async createOf(inputFileId: string, owner: Caller = caller, overrides: Partial<BatchCreate> = {}): Promise<string> {
    const request = {
      caller: owner,
      input: { fileId: inputFileId },
      endpoint: '/v1/chat/completions',
      completionWindow: '24h',
      metadata: null,
      outputExpiresAfterSeconds: null,
      ...overrides,
    };
    return (await this.get(CreateBatchHandler).create(request)).id;
  }

  /** Takes turns of the dispatcher until nothing more may be released, as the process named `holder`; gives what was released. */
  async dispatch(holder = 'test', signal = new AbortController().signal): Promise<number> {
    const lease = this.get(DispatcherLeaseRepository);
    await lease.hold(holder, 60_000);
    try {
      for (let sum = 0; ;) {
        const released = await this.get(DispatchWorkHandler).dispatch({ holder, signal });
        if (released === 0) return sum;
        sum += released;
      }
    } finally {
      await lease.release(holder);
    }
  }

  /** Works on one batch until there is nothing left to do for now, as the process named `holder`; then the dispatcher's turn. */
  async advance(id: string, holder = 'test', signal = new AbortController().signal): Promise<void> {
    await this.step(id, holder, signal);
    await this.dispatch(holder, signal);
    await this.step(id, holder, signal);
  }

  /** Works on one batch without releasing its lines. */
  validate(id: string): Promise<void> {
    return this.step(id, 'test', new AbortController().signal);
  }

  private async step(id: string, holder: string, signal: AbortSignal): Promise<void> {
    await this.query(
      `UPDATE jobs.batches SET lease_holder = $2, lease_until = now() + interval '1 minute' WHERE id = $1`,
      [id, holder],
    );
    try {
      await this.get(AdvanceBatchHandler).advance(id, { holder, signal });
    } finally {
      await this.get(BatchLeaseRepository).release(holder, id, 0);
    }
  }

  /** The text of a file that belongs to `owner`. */
  async download(id: string | null, owner: Caller = caller): Promise<string> {
    const { blobKey } = await this.get(StoreFileHandler).locate({ caller: owner, id: id ?? '' });
    const pieces: Uint8Array[] = [];
    for await (const piece of this.get(BlobStore).read(blobKey)) pieces.push(piece);
    return Buffer.concat(pieces).toString();
  }
}
