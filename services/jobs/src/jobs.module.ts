import { Module } from '@nestjs/common';
import { BlobStore, openBlobStore } from '#libs/blobs';
import { Stream } from '#libs/contracts';
import { PromptDifficulty, PromptFacts } from '#libs/prompt-facts';
import { Settings } from '#libs/runtime';
import { StorageModule } from '#libs/storage';
import { BATCHES } from './batches.parts.js';
import { WORK } from './work.parts.js';
import { SINGLE_JOBS } from './single-jobs.parts.js';
import { FILES } from './files.parts.js';
import { JOBS_MIGRATIONS } from './jobs.migrations.js';
import { JobLimits, jobLimitsOf } from './job-limits.js';
import { WebhooksModule } from './webhooks.module.js';

/** Every batch at work may hold a connection; the rest answer queries and store results. */
const POOL_SIZE = 12;

/** A notification is published again within minutes or never; its letter may be sent again for as long as dead letters rest. */
const INBOX_KEEP_MILLISECONDS = Stream.deadLetters.maxAgeMilliseconds + 24 * 60 * 60_000;

@Module({
  imports: [
    StorageModule.forService({
      schema: 'jobs',
      entities: [],
      migrations: JOBS_MIGRATIONS,
      poolSize: POOL_SIZE,
      inboxKeepMilliseconds: INBOX_KEEP_MILLISECONDS,
    }),
    WebhooksModule,
  ],
  controllers: [...BATCHES.controllers, ...WORK.controllers, ...SINGLE_JOBS.controllers, ...FILES.controllers],
  providers: [
    { provide: JobLimits, inject: [Settings], useFactory: jobLimitsOf },
    {
      provide: BlobStore,
      inject: [Settings],
      useFactory: (settings: Settings) => openBlobStore(settings),
    },
    ...BATCHES.providers,
    ...WORK.providers,
    ...SINGLE_JOBS.providers,
    ...FILES.providers,
    PromptDifficulty,
    PromptFacts,
  ],
})
export class JobsModule {}
