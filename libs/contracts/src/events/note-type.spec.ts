import { describe, expect, it } from '@jest/globals';
import { auditNotedSchema } from './audit-noted.event.js';
import { NOTED_DEEDS, NOTED_THINGS } from './note-type.js';

const NOTE = {
  noteId: 'note_12345678',
  organization: 'installation',
  actor: { kind: 'system', id: 'test' },
  subject: { kind: 'thing', id: 'one' },
  happenedAt: 1,
};

describe('the type of a note', () => {
  it('is one that audit takes, of whatever thing and deed', () => {
    for (const thing of NOTED_THINGS)
      for (const deed of NOTED_DEEDS)
        expect(auditNotedSchema.parse({ ...NOTE, type: `${thing}.${deed}` }).type).toBe(`${thing}.${deed}`);
  });

  it('may be one of a newer service, written like the others', () => {
    expect(auditNotedSchema.safeParse({ ...NOTE, type: 'new-thing.done' }).success).toBe(true);
    for (const type of ['guard.secret.read', 'key', 'Key.created', 'key.', '.created'])
      expect(auditNotedSchema.safeParse({ ...NOTE, type }).success).toBe(false);
  });
});
