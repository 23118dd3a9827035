import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, integer, oneof, property, record, string } from 'fast-check';
import { apiActivity } from './api-activity.fixture.js';
import { cefLine } from './cef.policy.js';
import type { FlatEntry } from './flat-entry.policy.js';
import { ocsfLine } from './ocsf.policy.js';
import { readCef } from './read-cef.fixture.js';

const NASTY = constantFrom(
  '|',
  '=',
  '\\',
  '\n',
  '\r',
  '\r\n',
  ' cs1=x',
  '\\n',
  '\u2028',
  '\u0085',
  '\0',
  'CEF:0|a|',
  '"',
);
const text = oneof(
  string({ unit: 'grapheme' }),
  array(oneof(NASTY, string({ maxLength: 3 })), { maxLength: 6 }).map((pieces) => pieces.join('')),
);
const some = text.filter((value) => value !== '');
const type = constantFrom(
  'request.completed',
  'request.failed',
  'request.refused',
  'key.created',
  'key.used',
  'audit-trail.read',
  'audit-trail.removed',
  'session.opened',
  'charges.recorded',
  'answer.guarded',
  'payload.kept',
);
const time = integer({ min: 0, max: 4_102_444_800_000 });
const entries = record({
  organization: some,
  sequence: integer({ min: 0 }),
  recordedAt: time.map((milliseconds) => new Date(milliseconds).toISOString()),
  type,
  id: some,
  project: text,
  actorKind: constantFrom('key', 'person', 'system', 'admin-key'),
  actor: some,
  subjectKind: constantFrom('key', 'model'),
  subject: text,
  model: text,
  outcome: constantFrom('', 'completed', 'failed'),
  errorCode: text,
  targets: array(some, { maxLength: 3 }),
  costNanoUsd: constantFrom('', '12'),
  time,
  leafHash: some,
  body: some,
});

describe('what other systems read', () => {
  it('is, as OCSF, valid by what the schema says of the class, whatever is in an entry', () => {
    assert(
      property(entries, (entry: FlatEntry) => {
        const line = ocsfLine(entry);
        expect(line.split('\n')).toHaveLength(2);
        const event: unknown = JSON.parse(line);
        expect(apiActivity.safeParse(event).error?.issues).toBeUndefined();
        expect(event).toMatchObject({ raw_data: entry.body, actor: { user: { name: entry.actor } } });
      }),
    );
  });

  it('is, as CEF, one line with the values that were put in, whatever they are', () => {
    assert(
      property(entries, (entry: FlatEntry) => {
        const line = cefLine(entry);
        expect(line.slice(0, -1)).not.toMatch(/[\r\n]/);
        const { head, extension } = readCef(line.slice(0, -1));
        expect(head.slice(0, 5)).toEqual(['CEF:0', 'Switchyard', 'Switchyard', '0.1.0', entry.type]);
        expect(['3', '6']).toContain(head[6]);
        const { cs1 = '', cs2 = '', reason = '' } = extension;
        expect([cs1, cs2, reason]).toEqual([entry.project, entry.subject, entry.errorCode]);
        expect(extension).toMatchObject({ suser: entry.actor, msg: entry.body, cs4: entry.leafHash, cs5: entry.id });
        expect(extension['cs3'] ?? '').toBe(entry.targets.join(' '));
      }),
    );
  });
});
