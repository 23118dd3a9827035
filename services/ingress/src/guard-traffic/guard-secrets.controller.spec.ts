import { describe, expect, it } from '@jest/globals';
import { auditNotedSchema, isNoteOfSubject, type AuditNoted, type Caller } from '#libs/contracts';
import type { Messaging } from '#libs/messaging';
import type { Settings } from '#libs/runtime';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { GuardSecretsController } from './guard-secrets.controller.js';

const caller: Caller = { organization: 'acme', project: 'web', key: 'operator', admin: true, grants: [] };
const request = (url: string) =>
  ({ caller, body: Buffer.from(JSON.stringify({ url })) }) as unknown as AuthenticatedRequest;
const controllerOn = (store: (subject: string, text: string) => Promise<void>) =>
  new GuardSecretsController(
    { store } as unknown as Messaging,
    { secretKey: Buffer.alloc(32, 1) } as unknown as Settings,
  );

describe('the secret of a guard', () => {
  it('is told once a note that audit takes is on record, without the query of its URL', async () => {
    const notes: AuditNoted[] = [];
    const controller = controllerOn(async (subject, text) => {
      const note = auditNotedSchema.parse(JSON.parse(text));
      expect(isNoteOfSubject(subject, note)).toBe(true);
      notes.push(note);
    });
    const told = await controller.read(request('https://guard.example.com/check?version=2'));
    expect(told).toMatchObject({ object: 'guard_secret', secret: expect.stringMatching(/^whsec_/) });
    expect(notes).toMatchObject([
      {
        organization: 'installation',
        type: 'guard-secret.read',
        actor: { kind: 'admin-key', id: 'operator', organization: 'acme', project: 'web' },
        subject: { kind: 'guard-service', id: 'https://guard.example.com' },
        detail: { url: 'https://guard.example.com/check' },
      },
    ]);
  });

  it('is not told where the note is not taken', async () => {
    const controller = controllerOn(() => Promise.reject(new Error('the stream takes nothing')));
    await expect(controller.read(request('https://guard.example.com/'))).rejects.toThrow('the stream takes nothing');
  });
});
