import { describe, expect, it } from '@jest/globals';
import { MockAgent } from 'undici';
import { withAnswerHeaders } from './answer-headers.js';
import { fetchThrough } from './fetch-through.js';

const ORIGIN = 'http://provider.example';

describe('withAnswerHeaders', () => {
  it('gives each of several calls at once the headers of its own answer', async () => {
    const agent = new MockAgent();
    agent.disableNetConnect();
    const left = ['7', '0'];
    for (const remaining of left) {
      const headers = { 'x-ratelimit-remaining-requests': remaining };
      agent
        .get(ORIGIN)
        .intercept({ path: `/${remaining}`, method: 'GET' })
        .reply(200, 'ok', { headers })
        .delay(5);
    }
    const fetch = fetchThrough(agent);
    const read = async (path: string) => withAnswerHeaders(async () => (await fetch(`${ORIGIN}/${path}`)).text());
    const answers = await Promise.all(left.map(read));
    expect(answers.map(({ header }) => header('x-ratelimit-remaining-requests'))).toEqual(left);
    expect(answers.map(({ result, header }) => [result, header('retry-after')])).toEqual([
      ['ok', undefined],
      ['ok', undefined],
    ]);
    await agent.close();
  });
});
