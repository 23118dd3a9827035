import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import {
  encodeRequestEnded,
  MessageHeader,
  moderationJudgementSchema,
  payloadPartName,
  requestEndedSchema,
  requestEndedSubject,
  Subject,
  type AuditNoted,
  type PayloadCaptured,
  type RequestEnded,
} from '#libs/contracts';
import { sealPayload } from '#libs/secrets';
import { eventually } from '#libs/testing';
import { asWorker } from './as-worker.js';
import { askAsStranger } from './foreign-objects.js';
import { call } from './http-call.js';
import { INJECTIONS, SCALARS_THAT_ARE_NONE } from './injection-corpus.js';
import { journeyConfiguration, modelFields, OUR_KEY, THEIR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { StackForTests } from './stack-for-tests.js';
import { bodyOfChange, oneOfEach, tenantTables, useEverything } from './used-installation.js';

/** Filters, orders and cursors, as far as any list knows one of these names. */
const PARAMETERS = [
  'after',
  'before',
  'limit',
  'order',
  'purpose',
  'status',
  'model',
  'group_by',
  'from',
  'q',
  'project',
];
const AT_ONCE = 16;
let stack: StackForTests;
const journey = journeysOn(() => stack);
/** What was given out in plain, once, and must be found nowhere. */
let secrets: string[];

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly takesEtag: boolean;
}

beforeAll(async () => {
  const providers = { toy: { kind: 'sim' } };
  stack = await StackForTests.start(
    journeyConfiguration(providers, [modelFields('small', [{ provider: 'toy', model: 'sim-small' }])]),
  );
  secrets = await useEverything(stack);
}, 180_000);

afterAll(async () => {
  await stack?.stop();
}, 90_000);

/** Rows that the tenant role sees while these settings are in force. */
async function seenAs(table: string, settings: Readonly<Record<string, string>>): Promise<{ organization?: string }[]> {
  const set = Object.entries(settings).map(([name, value]) => `set_config('switchyard.${name}', '${value}', true)`);
  return stack.queryInOrder([
    'BEGIN',
    'SET LOCAL ROLE switchyard_tenant',
    ...(set.length > 0 ? [`SELECT ${set.join(', ')}`] : []),
    `SELECT * FROM ${table}`,
  ]);
}

async function operations(): Promise<Operation[]> {
  const { text } = await call(`${stack.url}/openapi.json`);
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, { parameters?: { name: string }[] }>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      takesEtag: parameters.some(({ name }) => name === 'If-Match'),
    })),
  );
}

/** Postgres's own complaints about statements so far. */
async function complaints(): Promise<string[]> {
  const text = (await stack.logs()).get('postgres.log') ?? '';
  return text.split('\n').filter((line) => /(ERROR|FATAL|PANIC):/.test(line));
}

async function inTurns<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const left = [...all];
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
    }),
  );
}

describe('the doors of an installation that is in use', () => {
  journey('show the tenant role no row while no tenant is set, and each tenant its own (S-05)', async () => {
    for (const { name, hasOrganization } of await tenantTables(stack)) {
      const unset: Record<string, string>[] = [{}, { organization: '' }, { project: 'default' }];
      for (const settings of unset) expect([name, await seenAs(name, settings)]).toEqual([name, []]);
      const seen = await seenAs(name, { organization: 'demo', project: 'default' });
      if (hasOrganization) expect(seen.filter(({ organization }) => organization !== 'demo')).toEqual([]);
    }
    expect((await seenAs('jobs.jobs', { organization: 'demo' })).length).toBeGreaterThan(0);
    expect(await seenAs('jobs.jobs', { organization: 'demo', project: 'elsewhere' })).toEqual([]);
  });

  journey(
    'let no SQL in by a key, an id, a filter, an order or a cursor (S-09)',
    async () => {
      const before = await complaints();
      const found: string[] = [];
      const ask = async (key: string, method: string, path: string, headers: Record<string, string> = {}) => {
        const body = method === 'GET' || method === 'DELETE' ? undefined : '{}';
        const { status, text } = await call(stack.url + path, {
          method,
          key,
          ...(body ? { body } : {}),
          headers: { 'content-type': 'application/json', ...headers },
        });
        const tells = /syntax error|pg-pool|pg_catalog|SQLSTATE|relation "|stack"|node_modules/i.test(text);
        if (status >= 500 || tells) found.push(`${method} ${path} ${status} ${text.slice(0, 200)}`);
        return status;
      };
      const all = (await operations()).filter(({ path }) => !path.startsWith('/auth/') && path !== '/metrics');
      const cases: (() => Promise<unknown>)[] = [];
      for (const { method, path } of all)
        for (const text of INJECTIONS)
          for (const key of [OUR_KEY, stack.adminKey])
            if (path.includes('{'))
              cases.push(() => ask(key, method, path.replaceAll(/\{\w+\}/g, encodeURIComponent(text))));
      for (const { path } of all.filter(
        (one) => one.method === 'GET' && !one.path.includes('{') && !/tail|stream/.test(one.path),
      ))
        for (const name of PARAMETERS)
          for (const text of [
            ...INJECTIONS.slice(0, 6).map((one) => `=${encodeURIComponent(one)}`),
            ...SCALARS_THAT_ARE_NONE,
          ])
            cases.push(() => ask(OUR_KEY, 'GET', `${path}?${name}${text}`));
      for (const text of INJECTIONS.filter((one) => /^[\x20-\x7e]+$/.test(one))) {
        cases.push(async () => expect(await ask(text, 'GET', '/v1/models')).toBe(401));
        for (const header of [
          'x-request-id',
          'idempotency-key',
          'x-switchyard-project',
          'traceparent',
          'x-forwarded-for',
        ])
          cases.push(() => ask(OUR_KEY, 'GET', '/v1/jobs', { [header]: text }));
      }
      expect(cases.length).toBeGreaterThan(1_000);
      await inTurns(cases, async (one) => void (await one()));
      expect(found).toEqual([]);
      expect((await complaints()).slice(before.length)).toEqual([]);
    },
    240_000,
  );

  journey(
    'take no change that rests on what has changed since (412), wherever a change may rest on something',
    async () => {
      const names = await oneOfEach(stack);
      const asked: string[] = [];
      for (const { method, path } of (await operations()).filter(({ takesEtag }) => takesEtag)) {
        // A kind that is not here yet has to be made in `oneOfEach`.
        const address = path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => names[name] ?? `no-${name}-was-made`);
        const { status, text } = await call(stack.url + address, {
          method,
          key: stack.adminKey,
          headers: { 'if-match': '"stale"' },
          ...(method === 'DELETE' ? {} : { body: bodyOfChange(path) }),
        });
        expect([address, status, text]).toEqual([address, 412, text]);
        asked.push(`${method} ${path}`);
      }
      expect(asked.length).toBeGreaterThanOrEqual(21);
    },
  );

  journey(
    'tell strangers of an object what they tell of one that never was, and leave it as it is (S-02)',
    async () => {
      const asked = await askAsStranger(stack.url, await operations(), { owner: OUR_KEY, stranger: THEIR_KEY });
      expect(asked).toBeGreaterThan(30);
    },
    90_000,
  );

  journey('charge and record no request that a worker made up (S-27)', async () => {
    const environment = await stack.environmentOf('worker');
    expect(environment['SWITCHYARD_REQUEST_SEAL_FILE']).toBeUndefined();
    const [entry] = await stack.query<{ body: string }>(
      `SELECT body FROM audit.entries WHERE type = 'request.completed' AND body LIKE '%"lane":"interactive"%' LIMIT 1`,
    );
    const genuine = requestEndedSchema.parse(JSON.parse(entry?.body ?? ''));
    expect(genuine.seal).toMatch(/^[\w-]{22}$/);
    const forged: RequestEnded[] = [
      { ...genuine, requestId: 'req_forged0000000000000000000000001' },
      { ...genuine, requestId: 'req_forged0000000000000000000000002', organization: 'acme', seal: undefined },
      { ...genuine, organization: genuine.organization === 'acme' ? 'demo' : 'acme' },
    ];
    const note: AuditNoted = {
      noteId: 'note_forged00000001',
      organization: 'acme',
      type: 'key.created',
      actor: { kind: 'person', id: 'per_1' },
      subject: { kind: 'key', id: 'forged' },
      happenedAt: Date.now(),
    };
    const prompt = { bytes: 2, keptBytes: 2, contentType: 'application/json' };
    const { organization, project, key, seal } = genuine;
    const payload: PayloadCaptured = {
      version: 1,
      requestId: forged[0]!.requestId,
      organization,
      project,
      key,
      model: 'echo',
      keep: 'full',
      capturedAt: Date.now(),
      outcome: 'completed',
      part: 1,
      parts: 1,
      prompt,
      lane: 'interactive',
      seal,
    };
    const sealed = sealPayload(
      Buffer.from('{}'),
      payloadPartName(payload),
      Buffer.from(environment['SWITCHYARD_SECRET_KEY'] ?? '', 'base64'),
    );
    await asWorker(environment, async (messaging) => {
      const headers = { [MessageHeader.payload]: JSON.stringify(payload) };
      await messaging.store(Subject.payloadCaptured(organization), sealed, { headers }, 5_000);
      for (const event of forged)
        await messaging.store(requestEndedSubject(event), encodeRequestEnded(event), {}, 5_000);
      // The one subject of notes that a worker has takes notes of one type.
      await messaging.store(Subject.payloadLost('acme'), JSON.stringify(note), {}, 5_000);
      const asked = { work: forged[0], model: 'echo', timeoutMilliseconds: 1_000, texts: { document: '["x"]' } };
      await expect(messaging.ask(Subject.textsModerate, asked, moderationJudgementSchema, 5_000)).rejects.toMatchObject(
        { reply: { code: 'request_not_accepted' } },
      );
    });
    await eventually(async () => {
      const { text } = await call(`${stack.url}/admin/v1/dead-letters?limit=100`, { key: stack.adminKey });
      const { data } = JSON.parse(text) as { data: { reason: string }[] };
      // Billing and audit each bury each, and audit what should be kept beside the trail.
      expect(data.filter(({ reason }) => reason.includes('has no valid seal'))).toHaveLength(2 * forged.length + 1);
      expect(data.filter(({ reason }) => reason.includes('must not come by payload.lost.v1.acme'))).toHaveLength(1);
    });
    const charged = `SELECT request_id FROM billing.charges WHERE request_id LIKE 'req_forged%'`;
    const recorded = `SELECT request_id FROM audit.entries WHERE request_id LIKE '%_forged%'`;
    expect([await stack.query(charged), await stack.query(recorded)]).toEqual([[], []]);
  });

  journey('keep no secret in plain in the database (S-12)', async () => {
    const tables = await stack.query<{ name: string }>(
      `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('jobs', 'billing', 'audit', 'control')`,
    );
    expect(tables.length).toBeGreaterThan(35);
    const hits: string[] = [];
    let bytes = 0;
    for (const { name } of tables) {
      for (const { row } of await stack.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)) {
        bytes += row.length;
        const plain = [...secrets, ...secrets.map((secret) => Buffer.from(secret).toString('hex'))];
        if (
          plain.some((secret) => row.includes(secret)) ||
          /whsec_[A-Za-z0-9+/]{16}|sk-[A-Za-z0-9]{3,}-[0-9a-f]{16}/.test(row)
        )
          hits.push(`${name}: ${row.slice(0, 300)}`);
      }
    }
    expect(bytes).toBeGreaterThan(10_000);
    expect(hits).toEqual([]);
  });
});
