import type { KeyScope, Role } from '#libs/contracts';
import { ORGANIZATION_SUBJECTS, PROJECT_SUBJECTS, type Action, type Subject } from './subjects.js';

/** What is allowed on what; `manage` stands for every action. */
export interface Rule {
  readonly actions: readonly (Action | 'manage')[];
  readonly subjects: readonly Subject[];
}

/** What applications do in a project. */
const WORK: readonly Subject[] = ['Response', 'File', 'Batch', 'Job', 'Schedule', 'Webhook', 'Feedback'];
/** What says how an organisation is set up, without money and people. */
const SETUP: readonly Subject[] = ['Organization', 'Project', 'Provider', 'Key', 'ServiceAccount', 'Budget', 'Limit'];
const RECORDS: readonly Subject[] = ['Model', 'Route', 'Request', 'Usage', ...WORK];
const CHANGE = ['create', 'update', 'delete'] as const;

/**
 * What each role may do where it holds. An owner may do everything that is the organisation's; an admin everything but to
 * end it, which is also why no admin can make somebody an owner (`mayGrant`).
 */
export const ROLE_RULES: Readonly<Record<Role, readonly Rule[]>> = {
  owner: [{ actions: ['manage'], subjects: [...PROJECT_SUBJECTS, ...ORGANIZATION_SUBJECTS] }],
  admin: [
    {
      actions: ['manage'],
      subjects: [...PROJECT_SUBJECTS, ...ORGANIZATION_SUBJECTS.filter((subject) => subject !== 'Organization')],
    },
    { actions: ['read', 'update'], subjects: ['Organization'] },
  ],
  developer: [
    { actions: ['use'], subjects: ['Inference', 'Route'] },
    { actions: ['manage'], subjects: [...WORK, 'Key'] },
    { actions: ['read'], subjects: [...RECORDS, 'AuditEvent', ...SETUP] },
  ],
  billing: [
    { actions: ['read'], subjects: ['Model', 'Usage', 'Request', ...SETUP, 'Ledger'] },
    { actions: [...CHANGE], subjects: ['Budget', 'Ledger'] },
  ],
  auditor: [{ actions: ['read'], subjects: [...RECORDS, 'AuditEvent', 'Payload', ...SETUP, 'Member', 'Ledger'] }],
  viewer: [{ actions: ['read'], subjects: [...RECORDS, ...SETUP] }],
};

/** What a key of each scope may be used for, in its own project. */
export const SCOPE_RULES: Readonly<Record<KeyScope, readonly Rule[]>> = {
  inference: [
    { actions: ['use'], subjects: ['Inference', 'Route'] },
    { actions: ['read'], subjects: ['Model'] },
    { actions: ['manage'], subjects: ['Response', 'Feedback'] },
  ],
  batches: [
    { actions: ['manage'], subjects: ['File', 'Batch', 'Job', 'Schedule', 'Webhook'] },
    { actions: ['read'], subjects: ['Model'] },
  ],
  'read-only': [{ actions: ['read'], subjects: [...RECORDS, 'AuditEvent', 'Budget', 'Limit'] }],
  audit: [{ actions: ['read'], subjects: ['AuditEvent', 'Payload', 'Request'] }],
  management: [
    { actions: ['manage'], subjects: ORGANIZATION_SUBJECTS },
    { actions: ['read'], subjects: ['Model', 'Usage', 'Request', 'AuditEvent'] },
  ],
};
