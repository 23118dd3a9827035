import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MessageHeader } from '#libs/contracts';
import type { BodyClaims, IncomingMessage, Messaging } from '#libs/messaging';
import { RequestSeals } from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import { AnswerModerations } from './answer-moderations.js';
import type { ModerateTexts } from './moderate-texts.js';

const work = {
  requestId: 'req_0123456789abcdef',
  organization: 'acme',
  project: 'web',
  key: 'ci',
  lane: 'durable',
  job: { jobId: 'job_1', run: 0 },
} as const;

describe('questions of workers to models of moderation', () => {
  const asked: unknown[] = [];
  const answers: { data: string; refusal: string | undefined }[] = [];
  let folder: string;
  let seals: RequestSeals;
  let answerer: AnswerModerations;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchyard-moderations-'));
    const requestSealFile = join(folder, 'requests.key');
    writeFileSync(requestSealFile, Buffer.alloc(32, 7).toString('base64'));
    seals = new RequestSeals({ requestSealFile });
    const messaging = {
      publish: (_reply: string, data: string, extras?: { headers: Record<string, string> }) =>
        answers.push({ data, refusal: extras?.headers[MessageHeader.error] }),
    } as unknown as Messaging;
    const moderation = {
      ask: async (_texts: unknown, _guard: unknown, { caller }: { caller: unknown }) => {
        asked.push(caller);
        return { flagged: [] };
      },
    } as unknown as ModerateTexts;
    const log = createLogger({ service: 'test', level: 'silent' });
    answerer = new AnswerModerations(messaging, {} as BodyClaims, moderation, seals, log);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const ask = async (about: object) => {
    const query = { work: about, model: 'mod', timeoutMilliseconds: 1_000, texts: { document: '["a story"]' } };
    await answerer.answer({ reply: 'reply.1', json: (): unknown => query } as unknown as IncomingMessage);
    return answers.pop();
  };

  it('are asked on behalf of the key whose work was accepted', async () => {
    expect(await ask(seals.sealed(work))).toMatchObject({ data: '{"flagged":[]}', refusal: undefined });
    expect(asked.pop()).toEqual({ organization: 'acme', project: 'web', key: 'ci', admin: false });
  });

  it.each([
    ['without a seal', () => work],
    ['of another key', () => ({ ...seals.sealed(work), key: 'other' })],
    ['of another organization', () => ({ ...seals.sealed(work), organization: 'other' })],
  ])('are refused about work %s, and no model is asked', async (_, made) => {
    const refusal = JSON.parse((await ask(made()))?.refusal ?? '') as unknown;
    expect(refusal).toMatchObject({ status: 403, code: 'request_not_accepted' });
    expect(asked).toEqual([]);
  });
});
