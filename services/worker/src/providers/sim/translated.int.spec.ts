import { describe, expect, it } from '@jest/globals';
import type { Facts, Target } from '#libs/contracts';
import { dialectNamed } from '#libs/dialects';
import { sim } from './index.js';

describe('the sim inside the worker', () => {
  it('answers callers of another dialect by translation, with the usage of the chat', async () => {
    const provider = sim.create({}, undefined, { fetchFile: () => Promise.reject(new Error('nothing is fetched')) });
    const dialect = dialectNamed('anthropic-messages');
    const request = { model: 'public', max_tokens: 20, messages: [{ role: 'user', content: 'Say hello.' }] };
    const body = Buffer.from(JSON.stringify(request));
    const facts = { ...dialect.readFacts(body, 'application/json'), requestId: 'req_1' } as Facts;
    const answer = await provider.call({
      facts,
      target: { model: 'sim-small' } as Target,
      body,
      attempt: 0,
      signal: new AbortController().signal,
    });
    const parts: Uint8Array[] = [];
    for await (const part of answer.body) parts.push(part);
    expect(answer.status).toBe(200);
    expect(dialect.readAnswer(Buffer.concat(parts), answer.header('content-type') ?? '')?.usage).toEqual({
      promptTokens: 3,
      completionTokens: 20,
    });
  });
});
