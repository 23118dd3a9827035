import { describe, expect, it } from '@jest/globals';
import { PAYLOAD_LOST, Subject, type AuditNoted, type NoteType } from '#libs/contracts';
import type { Decoded } from '#libs/messaging';
import { RequestSeals } from '#libs/runtime';
import { RecordEventConsumer } from './record-event.consumer.js';
import type { RecordEventHandler } from './record-event.handler.js';

const note = (type: NoteType): AuditNoted => ({
  noteId: 'note_0123456789ab',
  organization: 'acme',
  type,
  actor: { kind: 'person', id: 'per_1' },
  subject: { kind: 'key', id: 'key_1' },
  happenedAt: 1,
});

describe('notes for the trail', () => {
  const recorded: string[] = [];
  const handler = {
    recordNotes: async (notes: readonly AuditNoted[]) => void recorded.push(...notes.map(({ type }) => type)),
  } as unknown as RecordEventHandler;
  const consumer = new RecordEventConsumer(handler, new RequestSeals({ requestSealFile: undefined }));
  const by = (subject: string, type: NoteType) =>
    ({ value: note(type), message: { subject } }) as unknown as Decoded<AuditNoted>;

  it('are of any type from those who may make any, and of one from workers', async () => {
    await consumer.consumeNotes([
      by(Subject.auditNoted('acme'), 'key.created'),
      by(Subject.payloadLost('acme'), PAYLOAD_LOST),
    ]);
    expect(recorded.splice(0)).toEqual(['key.created', PAYLOAD_LOST]);
  });

  it.each<[string, string, NoteType]>([
    ['of another type by the subject of workers', Subject.payloadLost('acme'), 'key.created'],
    ['of another organization than their subject', Subject.payloadLost('other'), PAYLOAD_LOST],
    ['of another organization, by the subject of all', Subject.auditNoted('other'), 'key.created'],
  ])('are none %s', async (_, subject, type) => {
    await expect(consumer.consumeNotes([by(subject, type)])).rejects.toThrow('must not come by');
    expect(recorded).toEqual([]);
  });
});
