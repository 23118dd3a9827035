import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MockAgent } from 'undici';
import { fetchThrough } from './fetch-through.js';

const ORIGIN = 'https://provider.example';
/** Eleven bytes; to Amazon's encoding, an empty message and the beginning of another. */
const BODY = Buffer.of(0, 0, 0, 4, 0, 0, 0, 9, 120, 120, 120);

describe('fetchThrough', () => {
  let agent: MockAgent;

  beforeEach(() => {
    agent = new MockAgent();
    agent.disableNetConnect();
  });
  afterEach(() => agent.close());

  const answered = (contentType: string) => {
    const headers = { 'content-type': contentType };
    agent.get(ORIGIN).intercept({ path: '/v1' }).reply(200, BODY, { headers });
    return fetchThrough(agent, 10)(`${ORIGIN}/v1`);
  };

  it('breaks off an answer without end that would be read whole', async () => {
    const answer = await answered('application/json');
    await expect(answer.text()).rejects.toMatchObject({ errorClass: 'bad_answer' });
  });

  it.each(['text/event-stream; charset=utf-8', 'application/vnd.amazon.eventstream'])(
    'lets a stream of type %s be as long as it is',
    async (contentType) => {
      await expect((await answered(contentType)).text()).resolves.toHaveLength(11);
    },
  );
});
