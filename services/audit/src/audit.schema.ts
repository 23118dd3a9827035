import { InboxEntry, type ServiceSchema } from '#libs/storage';
import { AuditEntry } from './entities/audit-entry.entity.js';
import { ChainHead } from './entities/chain-head.entity.js';
import { Feedback } from './entities/feedback.entity.js';
import { CreateTrail1764000000000 } from './migrations/1-create-trail.js';
import { IndexEntriesByTime1764000000010 } from './migrations/2-index-entries-by-time.js';
import { CreateFeedback1764000000020 } from './migrations/3-create-feedback.js';

/** What audit keeps in Postgres. */
export const auditSchema: ServiceSchema = {
  schema: 'audit',
  entities: [InboxEntry, AuditEntry, ChainHead, Feedback],
  migrations: [CreateTrail1764000000000, IndexEntriesByTime1764000000010, CreateFeedback1764000000020],
};
