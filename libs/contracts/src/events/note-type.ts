import { RESOURCE_KINDS } from '../admin/resource-objects.js';

/** What notes for the trail tell of. A word of one more thing that is noted belongs here, and has no dot in it. */
export const NOTED_THINGS = [
  ...RESOURCE_KINDS,
  'answer',
  'audit-key',
  'audit-report',
  'audit-trail',
  'charges',
  'configuration',
  'credit',
  'data-subject',
  'dead-letter',
  'guard-secret',
  'invitation',
  'invoice',
  'key',
  'legal-hold',
  'password',
  'password-reset',
  'payload',
  'payloads',
  'person',
  'queue',
  'request',
  'session',
  'sign-in',
] as const;

/** What they say was done to it. */
export const NOTED_DEEDS = [
  'accepted',
  'changed',
  'created',
  'deleted',
  'disabled',
  'discarded',
  'drawn',
  'dropped',
  'enabled',
  'ended',
  'erased',
  'exported',
  'granted',
  'guarded',
  'kept',
  'lifted',
  'lost',
  'opened',
  'paused',
  'placed',
  'read',
  'recorded',
  'redriven',
  'refused',
  'removed',
  'reset',
  'resumed',
  'revoked',
  'rotated',
  'updated',
  'used',
] as const;

/**
 * The types that notes are made with. Audit takes whatever is written like one, since a newer service may note what it does not know
 * yet; a note with a type that it would refuse does not compile.
 */
export type NoteType = `${(typeof NOTED_THINGS)[number]}.${(typeof NOTED_DEEDS)[number]}`;
