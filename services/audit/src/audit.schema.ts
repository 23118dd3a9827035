import { InboxEntry, type ServiceSchema } from '#libs/storage';
import { AuditEntry } from './entities/audit-entry.entity.js';
import { CheckpointRow } from './entities/checkpoint.entity.js';
import { Erasure } from './entities/erasure.entity.js';
import { Feedback } from './entities/feedback.entity.js';
import { Log } from './entities/log.entity.js';
import { PayloadKey } from './entities/payload-key.entity.js';
import { PayloadRow } from './entities/payload.entity.js';
import { Push } from './entities/push.entity.js';
import { PushLease } from './entities/push-lease.entity.js';
import { Removal } from './entities/removal.entity.js';
import { SigningKey } from './entities/signing-key.entity.js';
import { TileRow } from './entities/tile.entity.js';
import { CreateTrail1764000000000 } from './migrations/1-create-trail.js';
import { IndexEntriesByTime1764000000010 } from './migrations/2-index-entries-by-time.js';
import { CreateFeedback1764000000020 } from './migrations/3-create-feedback.js';
import { CreateLogs1764000000030 } from './migrations/4-create-logs.js';
import { StreamAndHoldLogs1764000000040 } from './migrations/5-stream-and-hold-logs.js';
import { ShowRowsToTenants1764000000050 } from './migrations/6-show-rows-to-tenants.js';
import { CreatePayloads1764000000060 } from './migrations/7-create-payloads.js';
import { RemoveByClass1764000000070 } from './migrations/8-remove-by-class.js';
import { CreatePushes1764000000090 } from './migrations/10-create-pushes.js';
import { RaiseEntries1764000000110 } from './migrations/11-raise-entries.js';
import { IndexPayloadsByAge1764000000120 } from './migrations/12-index-payloads-by-age.js';
import { IndexReports1764000000080 } from './migrations/9-index-reports.js';

/** What audit keeps in Postgres. */
export const auditSchema: ServiceSchema = {
  schema: 'audit',
  entities: [
    InboxEntry,
    AuditEntry,
    Log,
    TileRow,
    CheckpointRow,
    SigningKey,
    Feedback,
    PayloadRow,
    PayloadKey,
    Erasure,
    Removal,
    Push,
    PushLease,
  ],
  migrations: [
    CreateTrail1764000000000,
    IndexEntriesByTime1764000000010,
    CreateFeedback1764000000020,
    CreateLogs1764000000030,
    StreamAndHoldLogs1764000000040,
    ShowRowsToTenants1764000000050,
    CreatePayloads1764000000060,
    RemoveByClass1764000000070,
    IndexReports1764000000080,
    CreatePushes1764000000090,
    RaiseEntries1764000000110,
    IndexPayloadsByAge1764000000120,
  ],
};
