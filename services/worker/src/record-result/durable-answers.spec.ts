import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Facts } from '#libs/contracts';
import type { BodyClaims } from '#libs/messaging';
import type { Logger } from '#libs/telemetry';
import { DurableAnswers } from './durable-answers.js';

const MEBIBYTE = 1024 ** 2;
const line = { requestId: 'req_0123456789_1', job: { batchId: 'batch_0123456789', line: 1, customId: 'one' } } as Facts;

describe('DurableAnswers', () => {
  let stored: Map<string, Uint8Array>;
  let failures: number;
  let answers: DurableAnswers;

  beforeEach(() => {
    stored = new Map();
    failures = 0;
    const put = async (name: string, body: Uint8Array): Promise<void> => {
      if (failures-- > 0) throw new Error('no connection');
      stored.set(name, body);
    };
    answers = new DurableAnswers({ put } as BodyClaims, {} as Logger);
  });

  it('lets a small answer travel with the event, as text', async () => {
    expect(await answers.keep(line, Buffer.from('{"a":"größer"}'), 'application/json')).toEqual({
      status: 200,
      body: '{"a":"größer"}',
    });
    expect(stored.size).toBe(0);
  });

  it('stores a large one under a name that follows from the request, through an outage', async () => {
    const body = Buffer.alloc(2 * MEBIBYTE, 'x');
    failures = 1;

    expect(await answers.keep(line, body, 'application/json')).toEqual({
      status: 200,
      claim: 'answer-req_0123456789_1',
    });
    expect(stored.get('answer-req_0123456789_1')).toBe(body);
  });

  it('leaves room for the event in a message of 1 MiB, also where bytes that are no UTF-8 grow as text', async () => {
    for (const bytes of [320 * 1024, 320 * 1024 + 1, MEBIBYTE]) {
      const answer = await answers.keep(line, Buffer.alloc(bytes, 0xff), 'text/plain');
      expect(Buffer.byteLength(answer?.body ?? '')).toBeLessThan(MEBIBYTE - 60 * 1024);
    }
  });

  it('keeps nothing for a waiting caller, who has the answer', async () => {
    const waiting = { requestId: 'req_0123456789' } as Facts;
    expect(await answers.keep(waiting, Buffer.alloc(2 * MEBIBYTE), 'application/json')).toBeUndefined();
    expect(stored.size).toBe(0);
  });

  it("keeps a job's answer with its type, and bytes that are no text as they are", async () => {
    const job = { requestId: 'req_0123456789', job: { jobId: 'job_0123456789', run: 0 } } as Facts;
    const audio = Buffer.from([0xff, 0xfb, 0x90]);
    expect(await answers.keep(job, Buffer.from('ja'), 'text/plain')).toEqual({
      status: 200,
      contentType: 'text/plain',
      body: 'ja',
    });
    expect(await answers.keep(job, Buffer.from('{}'), 'application/json')).toEqual({ status: 200, body: '{}' });
    expect(await answers.keep(job, audio, 'audio/mpeg')).toEqual({
      status: 200,
      contentType: 'audio/mpeg',
      claim: 'answer-req_0123456789',
    });
    expect(stored.get('answer-req_0123456789')).toBe(audio);
  });
});
