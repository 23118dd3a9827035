import { afterAll, beforeAll, describe, expect } from '@jest/globals';

import { eventually } from '#libs/testing';

import { call, type HttpAnswer } from './http-call.js';
import { journeyConfiguration, OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { readRecord } from './request-record.js';
import { StackForTests } from './stack-for-tests.js';

const EASY = 'What is the capital of France?\nA. Paris\nB. Rome\nC. Oslo\nD. Bern\nAnswer:';

const PROVIDERS = {
  'eu-west': { kind: 'sim', region: 'eu', dataPolicy: { training: false, retention: false } },
  'eu-north': { kind: 'sim', region: 'eu', dataPolicy: { training: false, retention: false } },
  'us-east': { kind: 'sim', region: 'us', dataPolicy: { training: false, retention: false } },
};
const modelOf = (name: string, targets: readonly (readonly [string, string])[], policies: object = {}): object => ({
  name,
  targets: targets.map(([provider, model]) => ({ provider, model })),
  ...policies,
});
// oxlint-disable-next-line unicorn/no-thenable -- the word of the file; nobody awaits it
const ruleOf = (when: string, then: object): object => ({ name: 'rule', when, then });
const inEurope = { require: { regions: ['eu'] } };
const CONFIGURATION = journeyConfiguration(PROVIDERS, [
  modelOf('regional', [
    ['eu-west', 'sim-error-503'],
    ['us-east', 'sim-small'],
  ]),
  modelOf(
    'resident',
    [
      ['eu-west', 'sim-error-503'],
      ['us-east', 'sim-small'],
      ['eu-north', 'sim-small'],
    ],
    inEurope,
  ),
  modelOf('resident-alone', [['eu-west', 'sim-error-500']], { ...inEurope, fallbacks: { models: ['abroad'] } }),
  modelOf('abroad', [
    ['us-east', 'sim-small'],
    ['eu-north', 'sim-error-500'],
  ]),
  modelOf('led-abroad', [['eu-west', 'sim-small']], {
    ...inEurope,
    rules: [ruleOf('"away" in request.tags', { model: 'abroad' })],
  }),
  modelOf('weak', [['eu-west', 'sim-small']]),
  modelOf('strong', [['eu-west', 'sim-large']]),
  { name: 'auto', auto: { weak: 'weak', strong: 'strong' } },
  modelOf('changing', [['eu-west', 'sim-small']]),
]);

let stack: StackForTests;
const journey = journeysOn(() => stack);

beforeAll(async () => {
  stack = await StackForTests.start(CONFIGURATION);
}, 180_000);
afterAll(() => stack?.stop(), 90_000);

const bodyOf = (model: string, words: string, more: object = {}): object => ({
  model,
  messages: [{ role: 'user', content: words }],
  ...more,
});
const ask = (
  model: string,
  { words = 'Say hello.', stream = false, headers = {}, more = {} } = {},
): Promise<HttpAnswer> =>
  call(`${stack.url}/v1/chat/completions`, { key: OUR_KEY, headers, body: bodyOf(model, words, { stream, ...more }) });
const servedBy = ({ headers }: HttpAnswer): unknown[] => [
  headers['x-switchyard-provider'],
  headers['x-switchyard-model'],
];
const admin = async (path: string, body?: object): Promise<{ status: number; answer: Record<string, unknown> }> => {
  const { status, text } = await call(`${stack.url}/admin/v1/policies${path}`, {
    key: stack.adminKey,
    ...(body ? { body } : {}),
  });
  return { status, answer: JSON.parse(text) as Record<string, unknown> };
};
const recordOf = (answer: HttpAnswer) => readRecord(stack, String(answer.headers['x-request-id']), OUR_KEY);

describe('a region that is down', () => {
  for (const stream of [false, true]) {
    journey(`is passed over for another one, stream: ${stream}`, async () => {
      const answer = await ask('regional', { stream });
      expect([answer.status, ...servedBy(answer)]).toEqual([200, 'us-east', 'sim-small']);
    });

    journey(`is passed over within the region that data may go to alone, stream: ${stream}`, async () => {
      const answer = await ask('resident', { stream });
      expect([answer.status, ...servedBy(answer)]).toEqual([200, 'eu-north', 'sim-small']);
      const { decision, attempts } = await recordOf(answer);
      expect(attempts.map(({ provider }) => provider)).not.toContain('us-east');
      expect(decision?.candidates.find(({ provider }) => provider === 'us-east')).toMatchObject({
        outcome: 'dropped',
        filter: 'region',
        reason: 'its region us is not among eu',
      });
    });
  }

  journey('leads no data out of the region by fallbacks either: the caller gets the failure', async () => {
    const answer = await ask('resident-alone');
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([502, { error: { code: 'provider_error' } }]);
    const { attempts } = await recordOf(answer);
    expect(new Set(attempts.map(({ provider }) => provider))).toEqual(new Set(['eu-west', 'eu-north']));
  });

  journey('leads no data out of the region by rules: a refusal names each filter', async () => {
    expect(servedBy(await ask('led-abroad'))).toEqual(['eu-west', 'sim-small']);
    const headers = { 'x-switchyard-tags': 'away' };
    const refused = await ask('led-abroad', { headers, more: { provider: { ignore: ['eu-north'] } } });
    const { error } = JSON.parse(refused.text) as { error: { code: string; message: string } };
    expect([refused.status, error.code]).toEqual([404, 'no_eligible_target']);
    expect(error.message).toContain('by region (1): its region us is not among eu');
    expect(error.message).toContain('by wished_providers (1)');
  });
});

describe('auto', () => {
  journey('chooses by difficulty and level, and explains it without a call', async () => {
    const explained = async (model: string): Promise<Record<string, unknown>> => {
      const body = bodyOf(model, EASY);
      const { text } = await call(`${stack.url}/v1/route/explain`, { key: OUR_KEY, body });
      return JSON.parse(text) as Record<string, unknown>;
    };
    const difficulty = ((await explained('auto'))['facts'] as { difficulty: number }).difficulty;
    for (const [level, threshold] of Object.entries({ cheap: 0.8, balanced: 0.5, best: 0.2 })) {
      const chosen = difficulty >= threshold ? 'sim-large' : 'sim-small';
      expect(servedBy(await ask(`auto:${level}`, { words: EASY }))).toEqual(['eu-west', chosen]);
      const explanation = await explained(`auto:${level}`);
      expect(explanation).toMatchObject({ strategy: 'auto', plan: [{ model: chosen }, {}] });
    }
  });
});

describe('new policies', () => {
  const proposal = JSON.stringify({
    ...CONFIGURATION,
    models: [
      ...(CONFIGURATION as { models: { name: string }[] }).models.filter(({ name }) => name !== 'changing'),
      modelOf('changing', [['eu-north', 'sim-large']]),
    ],
  });

  journey('are rehearsed on the record, tried on a share, put in force and taken back', async () => {
    for (let count = 0; count < 3; count++) await ask('changing');
    // What has just been answered is on record a moment later.
    await eventually(async () => {
      const { status, answer } = await admin('/replay', { text: proposal, since: '1h' });
      expect([status, answer['changed']]).toEqual([200, 3]);
    });
    expect(servedBy(await ask('changing'))).toEqual(['eu-west', 'sim-small']);

    const before = Number(((await admin('')).answer['data'] as { revision: number }[])[0]?.revision);
    expect((await admin('/trial', { text: proposal, share: 1 })).status).toBe(200);
    const tried = await ask('changing');
    expect(servedBy(tried)).toEqual(['eu-north', 'sim-large']);
    expect((await recordOf(tried)).decision).toMatchObject({ trial: true });

    expect((await admin('/promote', {})).status).toBe(200);
    const promoted = await ask('changing');
    expect(servedBy(promoted)).toEqual(['eu-north', 'sim-large']);
    expect((await recordOf(promoted)).decision).not.toMatchObject({ trial: true });

    expect((await admin('/rollback', { revision: before })).status).toBe(200);
    expect(servedBy(await ask('changing'))).toEqual(['eu-west', 'sim-small']);
  });

  journey('are refused with the reason where they cannot work', async () => {
    const odd = [ruleOf('request.tsk == "code"', {})];
    const lost = { ...inEurope, fallbacks: { models: ['abroad'] } };
    const refusalOf = async (models: readonly object[]): Promise<string> => {
      const text = JSON.stringify({ ...CONFIGURATION, models });
      const { status, answer } = await admin('/trial', { text, share: 0.5 });
      expect(status).toBe(400);
      return JSON.stringify(answer);
    };
    const changing = modelOf('changing', [['eu-west', 'sim-small']], { rules: odd });
    expect(await refusalOf([changing])).toContain('unknown name request.tsk; did you mean request.task?');
    const abroad = modelOf('abroad', [['us-east', 'sim-small']]);
    expect(await refusalOf([modelOf('lost', [['eu-west', 'sim-small']], lost), abroad])).toContain(
      'no target is left: us-east sim-small (its region is us)',
    );
  });
});
