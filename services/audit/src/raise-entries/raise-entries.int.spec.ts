import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { notificationRaisedSchema, type AuditNoted } from '#libs/contracts';
import type { Messaging } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { buildRequestEnded } from '#libs/testing';
import { AuditParts, silentLog } from '../audit.fixture.js';
import { PushesRepository } from '../push-entries/pushes.repository.js';
import { RaiseEntriesRunner } from './raise-entries.runner.js';

const note = (id: number, changes: Partial<AuditNoted> = {}): AuditNoted => ({
  noteId: `note_0123456789ab${id}`,
  organization: 'demo',
  project: 'web',
  type: 'guard-secret.read',
  actor: { kind: 'person', id: 'per_1', organization: 'demo' },
  subject: { kind: 'guard-policy', id: 'web' },
  detail: { after: { pattern: 'of nobody’s business' } },
  happenedAt: 1,
  ...changes,
});

describe('what is noted in the trail', () => {
  const stored: { subject: string; data: string; messageId: string | undefined }[] = [];
  let parts: AuditParts;
  let runner: RaiseEntriesRunner;
  let fails = false;

  beforeAll(async () => {
    parts = await AuditParts.open();
    const messaging = {
      isConnected: true,
      store: async (subject: string, data: string, { headers }: { headers: Record<string, string> }) => {
        if (fails) throw new Error('the stream is full');
        stored.push({ subject, data, messageId: headers['Nats-Msg-Id'] });
      },
    } as unknown as Messaging;
    const settings = Settings.read({
      NATS_URL: 'nats://127.0.0.1:4222',
      SWITCHYARD_SECRET_KEY: Buffer.from('32 bytes, as jumpy foxes quit: v').toString('base64'),
    });
    runner = new RaiseEntriesRunner(new PushesRepository(parts.database), messaging, settings, silentLog);
  });
  afterAll(() => parts.close());

  it('is raised for webhooks, in order, without details, and nothing of requests', async () => {
    await parts.record([buildRequestEnded({ organization: 'demo' })]);
    await runner.raiseAll();
    expect(stored).toEqual([]);
    await parts.record(Array.from({ length: 300 }, () => buildRequestEnded({ organization: 'demo' })));
    await parts.recorder.recordNotes([
      note(1),
      note(2, { type: 'payload.kept' }),
      note(3, { organization: 'installation' }),
    ]);
    await parts.record([buildRequestEnded({ organization: 'demo' })]);
    await runner.raiseAll();
    expect(stored).toHaveLength(1);
    const [{ subject, data, messageId } = { subject: '', data: '', messageId: '' }] = stored;
    expect([subject, messageId]).toEqual(['notification.raised.v1.demo', 'audit:demo:301']);
    expect(data).not.toContain('business');
    expect(notificationRaisedSchema.parse(JSON.parse(data))).toMatchObject({
      organization: 'demo',
      project: 'web',
      type: 'audit.guard_secret.read',
      data: {
        id: 'demo/301',
        sequence: 301,
        entry_type: 'guard-secret.read',
        actor: { kind: 'person', id: 'per_1' },
        subject: { kind: 'guard-policy', id: 'web' },
      },
    });
    await runner.raiseAll();
    expect(stored).toHaveLength(1);
  });

  it('is raised again from where it stopped when the stream did not take it', async () => {
    await parts.recorder.recordNotes([note(4)]);
    fails = true;
    await expect(runner.raiseAll()).rejects.toThrow('full');
    fails = false;
    await runner.raiseAll();
    expect(stored.map(({ messageId }) => messageId)).toEqual(['audit:demo:301', 'audit:demo:304']);
  });
});
