import { CreateFilesAndBatches1763800000000 } from './migrations/1763800000000-create-files-and-batches.js';
import { CreateResponses1763900000000 } from './migrations/1763900000000-create-responses.js';
import { CountResponseBytes1764000000000 } from './migrations/1764000000000-count-response-bytes.js';
import { ScheduleWork1764100000000 } from './migrations/1764100000000-schedule-work.js';
import { CreateWebhooks1764110000000 } from './migrations/1764110000000-create-webhooks.js';
import { DropFiles1764121000000 } from './migrations/1764121000000-drop-files.js';
import { CreateJobs1764500000000 } from './migrations/1764500000000-create-jobs.js';
import { CreateIdempotencyKeys1764600000000 } from './migrations/1764600000000-create-idempotency-keys.js';
import { CreateNativeBatches1764700000000 } from './migrations/1764700000000-create-native-batches.js';
import { ShowRowsToTenants1764800000000 } from './migrations/1764800000000-show-rows-to-tenants.js';
import { RestWork1764900000000 } from './migrations/1764900000000-rest-work.js';
import { DropBatches1765000000000 } from './migrations/1765000000000-drop-batches.js';
import { LetWebhooksHearOfTheTrail1765100000000 } from './migrations/1765100000000-let-webhooks-hear-of-the-trail.js';
import { NoteProvidersCalled1765200000000 } from './migrations/1765200000000-note-providers-called.js';
import { NameMakersOfWebhooks1765300000000 } from './migrations/1765300000000-name-makers-of-webhooks.js';
import { SetLinesAside1765400000000 } from './migrations/1765400000000-set-lines-aside.js';
import { NoteLastFailures1765500000000 } from './migrations/1765500000000-note-last-failures.js';
import { NameKeysOfBatches1765600000000 } from './migrations/1765600000000-name-keys-of-batches.js';
import { SumFiles1765650000000 } from './migrations/1765650000000-sum-files.js';
import { KeepSteering1765700000000 } from './migrations/1765700000000-keep-steering.js';

/** All that has become of the schema, in order. */
export const JOBS_MIGRATIONS = [
  CreateFilesAndBatches1763800000000,
  CreateResponses1763900000000,
  CountResponseBytes1764000000000,
  ScheduleWork1764100000000,
  CreateWebhooks1764110000000,
  DropFiles1764121000000,
  CreateJobs1764500000000,
  CreateIdempotencyKeys1764600000000,
  CreateNativeBatches1764700000000,
  ShowRowsToTenants1764800000000,
  RestWork1764900000000,
  DropBatches1765000000000,
  LetWebhooksHearOfTheTrail1765100000000,
  NoteProvidersCalled1765200000000,
  NameMakersOfWebhooks1765300000000,
  SetLinesAside1765400000000,
  NoteLastFailures1765500000000,
  NameKeysOfBatches1765600000000,
  SumFiles1765650000000,
  KeepSteering1765700000000,
];
