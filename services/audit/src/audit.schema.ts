import { InboxEntry, type ServiceSchema } from '#libs/storage';
import { AuditEntry } from './entities/audit-entry.entity.js';
import { ChainHead } from './entities/chain-head.entity.js';
import { CreateTrail1764000000000 } from './migrations/1-create-trail.js';

/** What audit keeps in Postgres. */
export const auditSchema: ServiceSchema = {
  schema: 'audit',
  entities: [InboxEntry, AuditEntry, ChainHead],
  migrations: [CreateTrail1764000000000],
};
