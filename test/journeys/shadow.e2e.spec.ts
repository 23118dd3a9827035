import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '#libs/testing';

import { call, type HttpAnswer } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { countRecords, readRecord } from './request-record.js';
import { answers, PROMPT_TOKENS, saysNothing, WHOLE_ANSWER_WORDS } from './scripted-behaviours.js';
import { startScriptedProvider, type ScriptedProvider } from './scripted-provider.js';
import { StackForTests } from './stack-for-tests.js';

const COST_NANO_USD = PROMPT_TOKENS * 400 + WHOLE_ANSWER_WORDS * 1_600;
/** Far below the time that the hanging copy takes. */
const AT_ONCE_MILLISECONDS = 15_000;

let provider: ScriptedProvider;
let stack: StackForTests;
const journey = journeysOn(() => stack);

const ask = (model: string, words: string, stream = false): Promise<HttpAnswer> =>
  call(`${stack.url}/v1/chat/completions`, {
    key: OUR_KEY,
    body: { model, stream, messages: [{ role: 'user', content: words }] },
  });
const idOf = ({ headers }: HttpAnswer): string => String(headers['x-request-id']);

/** The id of the copy of a request, once it is on record. */
function copyOf(id: string): Promise<string> {
  return eventually(
    async () => {
      const rows = await stack.query<{ request_id: string }>(
        `SELECT request_id FROM audit.entries WHERE type LIKE 'request.%' AND request_id <> $1 AND position($1 in body) > 0`,
        [id],
      );
      expect(rows).toHaveLength(1);
      return rows[0]?.request_id ?? '';
    },
    { withinMilliseconds: 30_000 },
  );
}

beforeAll(async () => {
  provider = await startScriptedProvider('main', { silent: saysNothing }, answers);
  const to = (model: string): { provider: string; model: string }[] => [{ provider: 'main', model }];
  const models = [
    { ...modelFields('asked', to('asked')), shadow: { model: 'compared', share: 1 } },
    { ...modelFields('hanging', to('hanging')), shadow: { model: 'silent', share: 1 } },
    modelFields('compared', to('compared')),
    modelFields('silent', to('silent')),
  ];
  stack = await StackForTests.start(journeyConfiguration({ main: provider.fields }, models));
}, 180_000);
afterAll(async () => {
  await stack?.stop();
  await provider?.close();
}, 90_000);

describe('a shadow copy', () => {
  for (const stream of [false, true]) {
    journey(`is called off the path, paid by the platform and on record; stream: ${stream}`, async () => {
      const words = `to be compared, ${stream}`;
      const answer = await ask('asked', words, stream);
      expect(answer.status).toBe(200);
      const copy = await readRecord(stack, await copyOf(idOf(answer)), OUR_KEY);

      expect(copy).toMatchObject({ outcome: 'completed', lane: 'durable', model: 'compared', stream });
      expect(copy.shadow_of).toBe(idOf(answer));
      expect(copy.cost?.nano_usd).toBe('0');
      expect(copy.cost?.lines).toMatchObject([{ nano_usd: String(COST_NANO_USD), payer: 'platform' }]);
      const sent = provider.callsOf('compared').at(-1);
      expect([sent?.stream, sent?.messages]).toEqual([stream, [{ role: 'user', content: words }]]);
      const original = await readRecord(stack, idOf(answer), OUR_KEY);
      expect(original).toMatchObject({ model: 'asked', lane: 'interactive' });
      expect(original.shadow_of).toBeUndefined();
      expect(original.attempts).toHaveLength(1);
      for (const id of [original.id, copy.id])
        expect(await countRecords(stack, id)).toEqual({ charges: 1, entries: 1 });
    });
  }

  journey('of a model that hangs keeps nobody waiting', async () => {
    const begun = performance.now();
    const got = await Promise.all([1, 2, 3].map((index) => ask('hanging', `not held up ${index}`)));

    expect(got.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(performance.now() - begun).toBeLessThan(AT_ONCE_MILLISECONDS);
    await eventually(() => expect(provider.callsOf('silent')).toHaveLength(3));
  });
});
