import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { Stream } from '#libs/contracts';
import { eventually } from '#libs/testing';

import { FaultGround } from '../faults/ground/fault-ground.js';
import { call, type HttpAnswer } from './http-call.js';
import { modelFields, OUR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { startRecordingFront, type RecordingFront } from './recording-front.js';
import { streamSubjects } from './stream-subjects.js';

const CHAT = '/v1/chat/completions';
const canary = (what: string): string => `canary-${what}-${randomBytes(8).toString('hex')}`;

/** What must be found nowhere but where it belongs. */
const PROMPT = canary('prompt');
const HEADER = canary('header');
const WRONG_KEY = `sk-${canary('wrong-key')}`;
const PROVIDER_KEY = `sk-${canary('provider-key')}`;
const API_PROVIDER_KEY = `sk-${canary('api-provider-key')}`;
const STATUSES = [200, 400, 401, 403, 429, 500, 503];

let ground: FaultGround;
let echo: RecordingFront;
let collector: RecordingFront;
let webhookSecret = '';
let callerKey = '';
const refusals: HttpAnswer[] = [];
const journey = journeysOn(() => ground.stack);

/** A provider that answers, and one that gives back in its refusals all that it was sent, credential included. */
async function startEcho(): Promise<RecordingFront> {
  return startRecordingFront('http://127.0.0.1:9', ({ path, headers, body }) => (_call, response) => {
    const status = Number(/\/(\d{3})\//.exec(path)?.[1] ?? 500);
    const message = `you sent ${String(headers.authorization)} and ${body.toString('utf8')}`;
    const answer =
      status === 200
        ? {
            id: 'x',
            object: 'chat.completion',
            choices: [{ index: 0, message: { role: 'assistant', content: PROMPT }, finish_reason: 'stop' }],
            usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
          }
        : { error: { message, type: 'invalid_request_error', code: null } };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
}

const send = (path: string, body: object | string, key = callerKey): Promise<HttpAnswer> =>
  call(`${ground.stack.url}${path}`, {
    key,
    body,
    headers: { 'content-type': 'application/json', 'x-canary': HEADER, baggage: `a=${HEADER}` },
  });
const prompted = (model: string, more: object = {}): object => ({
  model,
  messages: [{ role: 'user', content: PROMPT }],
  ...more,
});

beforeAll(async () => {
  echo = await startEcho();
  collector = await startRecordingFront(
    'http://127.0.0.1:9',
    () => (_call, response) => void response.writeHead(200).end('{}'),
  );
  const providers = Object.fromEntries(
    STATUSES.map((status) => [
      `echo-${status}`,
      { kind: 'openai', baseUrl: `${echo.url}/${status}/v1`, apiKey: PROVIDER_KEY },
    ]),
  );
  ground = await FaultGround.start({
    settings: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, SWITCHYARD_LOG_LEVEL: 'trace' },
    configure: (given) => {
      const { providers: own, models, ...rest } = given as { providers: object; models: object[] };
      const echoes = STATUSES.map((status) =>
        modelFields(`echo-${status}`, [{ provider: `echo-${status}`, model: 'any' }]),
      );
      return { ...rest, providers: { ...own, ...providers }, models: [...models, ...echoes] };
    },
  });
  const made = await call(`${ground.stack.url}/admin/v1/organizations/demo/keys`, {
    key: ground.stack.adminKey,
    body: { project: 'default', name: 'canary' },
  });
  callerKey = (JSON.parse(made.text) as { key: string }).key;
}, 180_000);

afterAll(async () => {
  try {
    await ground?.stop();
  } finally {
    await echo?.close();
    await collector?.close();
  }
}, 90_000);

/** Places in which a text stands that must not. */
function hits(places: Iterable<readonly [string, string]>, secrets: readonly string[]): string[] {
  return [...places].flatMap(([place, text]) =>
    secrets.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${place}`),
  );
}

describe('canaries', () => {
  journey(
    'are sent by every door, also where it goes wrong',
    async () => {
      for (const status of STATUSES) {
        for (const stream of [false, true]) {
          const answer = await send(CHAT, prompted(`echo-${status}`, { stream }));
          if (answer.status >= 400) refusals.push(answer);
        }
      }
      for (const model of ['failing', 'cutting', 'nobody']) refusals.push(await send(CHAT, prompted(model)));
      refusals.push(await send(CHAT, prompted('answering'), WRONG_KEY));
      refusals.push(await send(CHAT, `{"model":"answering","messages":[{"role":"user","content":"${PROMPT}"`));
      refusals.push(await send(CHAT, { ...prompted('answering'), temperature: 9 }));
      refusals.push(
        await send('/v1/messages', { model: 'echo-500', max_tokens: 5, messages: [{ role: 'user', content: PROMPT }] }),
      );
      refusals.push(await send('/v1/batches', `{"metadata":"${PROMPT}"`));
      const made = await send('/v1/webhooks/endpoints', { url: 'https://127.0.0.1/hook', event_types: ['*'] });
      webhookSecret = (JSON.parse(made.text) as { signing_secret: string }).signing_secret;
      const provider = {
        name: 'api',
        kind: 'openai',
        baseUrl: 'https://provider.example/v1',
        apiKey: API_PROVIDER_KEY,
      };
      const kept = await send('/admin/v1/providers', provider, ground.stack.adminKey);
      expect(kept.status).toBe(201);
      refusals.push(
        kept,
        await send('/admin/v1/providers', { ...provider, name: 'bad', kind: API_PROVIDER_KEY }, ground.stack.adminKey),
      );
      // A process that dies in the middle of a call leaves nothing behind either.
      const dying = send(CHAT, prompted('hanging')).catch(() => undefined);
      await eventually(async () => expect((await ground.sim.counters()).inFlight).toBe(1));
      await ground.stack.kill('worker');
      await dying;
      await eventually(async () => expect((await send(CHAT, prompted('answering'))).status).toBe(200), {
        withinMilliseconds: 40_000,
      });
      expect(refusals.length).toBeGreaterThan(15);
      expect(webhookSecret).toMatch(/^whsec_/);
    },
    120_000,
  );

  journey('stand in no answer but to whom they belong', () => {
    const answers = refusals.map(
      ({ text, headers }, index) => [`answer ${index}`, text + JSON.stringify(headers)] as const,
    );
    const secrets = [HEADER, WRONG_KEY, PROVIDER_KEY, API_PROVIDER_KEY, callerKey, webhookSecret];
    expect(hits(answers, secrets)).toEqual([]);
    return Promise.resolve();
  });

  journey(
    'stand in no log, metric or trace',
    async () => {
      const all = [
        PROMPT,
        HEADER,
        WRONG_KEY,
        PROVIDER_KEY,
        API_PROVIDER_KEY,
        callerKey,
        webhookSecret,
        OUR_KEY,
        ground.stack.adminKey,
      ];
      const logs = [...(await ground.stack.logs())].filter(([name]) => name !== 'launcher');
      const metrics = await call(`${ground.stack.url}/metrics`, { key: ground.stack.adminKey });
      expect(metrics.status).toBe(200);
      await eventually(() => expect(collector.received.length).toBeGreaterThan(3), { withinMilliseconds: 30_000 });
      const traces = collector.received.map(({ body }, index) => [`trace ${index}`, body.toString('latin1')] as const);
      expect(hits([...logs, ['metrics', metrics.text], ...traces], all)).toEqual([]);
    },
    60_000,
  );

  journey('stand in no subject, and keys in no dead letter', async () => {
    const subjects = await streamSubjects(
      ground.nats.view,
      Object.values(Stream).map(({ name }) => name),
    );
    const all = [PROMPT, HEADER, WRONG_KEY, PROVIDER_KEY, API_PROVIDER_KEY, callerKey, webhookSecret];
    expect(subjects.length).toBeGreaterThan(0);
    expect(hits([['subjects', subjects.join('\n')]], all)).toEqual([]);
    const letters = await call(`${ground.stack.url}/admin/v1/dead-letters`, { key: ground.stack.adminKey });
    expect(hits([['dead letters', letters.text]], all)).toEqual([]);
  });

  journey('stand in no row of Postgres, also where a provider quotes the prompt in its refusal', async () => {
    await eventually(async () => {
      const recorded = await ground.query<{ type: string }>(
        `SELECT type FROM audit.entries WHERE model LIKE 'echo-%' AND body LIKE '%"providerMessage":{"sha256":"%'`,
      );
      expect(recorded.length).toBeGreaterThan(10);
    });
    const tables = await ground.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const rows: [string, string][] = [];
    for (const { name } of tables)
      for (const { row } of await ground.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`))
        rows.push([name, row]);
    expect(rows.length).toBeGreaterThan(20);
    const secrets = [PROMPT, HEADER, WRONG_KEY, PROVIDER_KEY, API_PROVIDER_KEY, callerKey, webhookSecret, OUR_KEY];
    expect(hits(rows, secrets)).toEqual([]);
  });
});
