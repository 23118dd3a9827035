import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { factsSchema, MessageHeader, Subject, type ModelEntry } from '#libs/contracts';
import { KeyHasher } from '#libs/secrets';
import { SECRET_KEY, startIngressForTests, type IngressForTests } from '../ingress.fixture.js';

/** What nobody may say of themselves, wherever it is put; the words are found again in whatever comes of them. */
const FORGED: Readonly<Record<string, unknown>> = {
  org: 'forged-org',
  organization: 'forged-org',
  organization_id: 'forged-org',
  tenant_id: 'forged-org',
  project: 'forged-project',
  project_id: 'forged-project',
  caller: { organization: 'forged-org', project: 'forged-project', key: 'forged-key', admin: true },
  admin: true,
  role: 'forged-owner',
  grants: [{ role: 'owner', organization: 'forged-org' }],
  scopes: ['management'],
  tier: 'forged-tier',
  spent: 'forged-0',
  price: 'forged-0',
  cost_nano_usd: 'forged-0',
  hold: { id: 'forged-hold', nanoUsd: '0' },
  allowed: { models: ['forged-model'] },
  allowed_routes: ['/forged/*'],
  lane: 'durable',
  state: 'forged-state',
  request_id: 'req_forged000000000000',
  ingress: 'forged-ingress',
};
/** Where a word of the list is a field of its own; whose it may be is for the service behind to say, and tested there. */
const TRUE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'POST /v1/feedback': ['request_id'],
  'POST /key/generate': ['organization_id'],
  'POST /team/new': ['organization_id'],
  'POST /team/update': ['organization_id'],
};

const messages = [{ role: 'user', content: 'hi' }];
const chat = { model: 'chat', messages };
const endpoint = { url: 'https://hooks.example/x', event_types: ['*'] };
const file = (name: string) => ({ file: name });
/** A body that each route takes; a new route that reads one needs its own here. */
const BODIES: Readonly<Record<string, object>> = {
  'POST /v1/chat/completions': chat,
  'POST /v1/completions': { model: 'chat', prompt: 'hi' },
  'POST /v1/embeddings': { model: 'chat', input: 'hi' },
  'POST /v1/images/generations': { model: 'chat', prompt: 'hi' },
  'POST /v1/images/edits': { ...file('image'), model: 'chat', prompt: 'hi' },
  'POST /v1/images/variations': { ...file('image'), model: 'chat' },
  'POST /v1/audio/speech': { model: 'chat', input: 'hi', voice: 'alloy' },
  'POST /v1/audio/transcriptions': { ...file('file'), model: 'chat' },
  'POST /v1/audio/translations': { ...file('file'), model: 'chat' },
  'POST /v1/moderations': { model: 'chat', input: 'hi' },
  'POST /v1/messages': { ...chat, max_tokens: 5 },
  'POST /v1/messages/count_tokens': chat,
  'POST /v1/responses': { model: 'chat', input: 'hi', background: true },
  'POST /v1/rerank': { model: 'chat', query: 'a', documents: ['b'] },
  'POST /v2/rerank': { model: 'chat', query: 'a', documents: ['b'] },
  'POST /v1/files': { ...file('file'), purpose: 'batch' },
  'POST /v1/batches': { input_file_id: 'file-1', endpoint: '/v1/chat/completions', completion_window: '24h' },
  'POST /v1/webhooks/endpoints': endpoint,
  'POST /v1/webhooks/endpoints/:id': { url: endpoint.url },
  'PATCH /v1/webhooks/endpoints/:id': { url: endpoint.url },
  'POST /v1/webhooks/endpoints/:id/rotate': {},
  'POST /v1/webhooks/endpoints/:id/test': {},
  'POST /v1/webhooks/endpoints/:id/replay': { since: 1 },
  'POST /v1/webhook_endpoints': { ...endpoint, name: 'x' },
  'POST /v1/webhook_endpoints/:id': { url: endpoint.url },
  'POST /v1/webhook_endpoints/:id/rotate_secret': {},
  'POST /v1/webhook_endpoints/:id/test': {},
  'POST /v1/messages/batches': { requests: [{ custom_id: 'a', params: { ...chat, max_tokens: 5 } }] },
  'POST /api/beta/batches': {
    endpoint: '/v1/chat/completions',
    model: 'chat',
    requests: [{ custom_id: 'a', body: { messages } }],
  },
  'POST /v1/route/explain': chat,
  'POST /v1/feedback': { request_id: 'req_0123456789abcdef', score: 1 },
  'POST /key/generate': { team_id: 'web', key_alias: 'ci' },
  'POST /key/delete': { keys: ['key_1'] },
  'POST /key/update': { key: 'key_1', models: ['chat'] },
  'POST /team/new': { team_alias: 'web' },
  'POST /team/update': { team_id: 'web', max_budget: 1 },
  'POST /queue/chat/completions': chat,
  'POST /queue/request': chat,
};
/** Routes whose address says everything; whatever body comes is not read. */
const WITHOUT_BODY = /\/(cancel|deliveries\/:delivery\/replay)$/;
const START_MILLISECONDS = 60_000;
const BOUNDARY = 'boundary-of-the-form';
/** Of what is sent on: what differs between two requests that are alike. Bodies go to providers as they are. */
const OWN =
  /^(requestId|request_id|receivedAt|createdAt|body|bytes|bodyBytes|sha256|blobKey|spans|ownMembers|estimatedPromptTokens|deadline|base64|id)$/;

interface Sent {
  readonly subject: string;
  readonly what: unknown;
}
type Outcome = { readonly status: number; readonly body: string } | { readonly sent: Sent };

function withoutOwn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOwn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => (OWN.test(name) ? [] : [[name, withoutOwn(inner)]])),
  );
}

function formOf(body: object): string {
  const parts = Object.entries(body).map(([name, value]) => {
    const isFile = name === 'file';
    const field = isFile ? String(value) : name;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${field}"${isFile ? '; filename="a.jsonl"' : ''}\r\n\r\n${text}\r\n`;
  });
  return `${parts.join('')}--${BOUNDARY}--\r\n`;
}

describe('fields that nobody may set', () => {
  let ingress: IngressForTests;
  let home: string;
  const seen: Sent[] = [];
  let heard: () => void = () => undefined;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'switchyard-forged-'));
    const timeouts = { firstByteMilliseconds: 1, idleMilliseconds: 1, totalMilliseconds: 1 };
    const model: ModelEntry = { name: 'chat', strategy: 'priority', timeouts, targets: [] };
    const hash = new KeyHasher(SECRET_KEY).hash('owner-key');
    const grants = [{ role: 'owner' as const, organization: 'acme' }];
    const scopes = ['inference', 'batches', 'read-only', 'audit', 'management'] as const;
    const key = { hash, name: 'ci', organization: 'acme', project: 'web', admin: false, grants, scopes: [...scopes] };
    ingress = await startIngressForTests(
      { version: 1, revision: 1, createdAt: 0, providers: [], models: [model], keys: [key] },
      undefined,
      { SWITCHYARD_HOME: home },
    );
    const { messaging } = ingress.messaging;
    // Every service refuses what it is asked, so that the first thing that ingress asks for is all that it asks for.
    const refusal = { [MessageHeader.error]: JSON.stringify({ status: 418, code: 'seen', message: 'seen' }) };
    for (const subject of ['*.*.v1', 'request.accepted.v1.interactive'])
      messaging.subscribe(subject, (message) => {
        const text = message.header(MessageHeader.facts);
        const facts = text === undefined ? undefined : factsSchema.parse(JSON.parse(text));
        seen.push({ subject: message.subject, what: facts ?? message.json() });
        heard();
        // Somebody recorded the request: its caller need not wait any more.
        if (facts) messaging.publish(Subject.resultsRecorded(facts.ingress ?? ''), JSON.stringify([facts.requestId]));
        else if (message.reply) messaging.publish(message.reply, '', { headers: refusal });
      });
  }, START_MILLISECONDS);
  afterAll(async () => {
    await ingress.stop();
    rmSync(home, { recursive: true });
  });

  /** What the request leads to: the first message to another service, or where there is none the refusal. */
  async function outcomeOf(route: string, body: object): Promise<Outcome> {
    const [method, url = ''] = route.split(' ');
    const isForm = 'file' in body;
    seen.splice(0);
    const message = new Promise<void>((resolve) => (heard = resolve));
    const answer = ingress.http.inject({
      method: method as 'POST',
      url: url.replaceAll(/:\w+/g, 'some-id'),
      headers: {
        authorization: 'Bearer owner-key',
        'content-type': isForm ? `multipart/form-data; boundary=${BOUNDARY}` : 'application/json',
      },
      payload: isForm ? formOf(body) : JSON.stringify(body),
    });
    const first = await Promise.race([answer, message]);
    const [sent] = seen;
    if (sent) return { sent: { subject: sent.subject, what: withoutOwn(sent.what) } };
    return first ? { status: first.statusCode, body: first.body } : { status: 0, body: 'nothing' };
  }

  const routes = (): string[] =>
    ingress.routes
      .filter(({ method, url }) => ['POST', 'PUT', 'PATCH'].includes(method) && !/^\/(admin|auth)\//.test(url))
      .map(({ method, url }) => `${method} ${url}`);

  it('are tried in the body of every route that reads one', () => {
    const read = routes().filter((route) => !WITHOUT_BODY.test(route));
    expect(read.toSorted()).toEqual(Object.keys(BODIES).toSorted());
  });

  it.each(Object.keys(BODIES))('have no effect in %s, or are refused by name', async (route) => {
    const body = BODIES[route]!;
    const plain = await outcomeOf(route, body);
    expect(plain).toMatchObject({ sent: { subject: expect.any(String) } });
    for (const [name, value] of Object.entries(FORGED)) {
      if (TRUE_FIELDS[route]?.includes(name)) continue;
      const outcome = await outcomeOf(route, { ...body, [name]: value });
      if ('status' in outcome) {
        expect([name, outcome.status]).toEqual([name, 400]);
        expect(outcome.body).toContain(name);
      } else {
        expect([name, outcome]).toEqual([name, plain]);
        expect(JSON.stringify(outcome)).not.toContain('forged');
      }
    }
  });

  it.each(['organization', 'caller', 'admin', 'role', 'tier', 'hold'])(
    'have no effect in the query or in headers either: %s',
    async (name) => {
      const value = FORGED[name];
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      seen.splice(0);
      await ingress.http.inject({
        url: `/v1/files?${name}=${encodeURIComponent(text)}`,
        headers: { authorization: 'Bearer owner-key', [`x-${name}`]: text, [`x-switchyard-${name}`]: text },
      });
      expect(JSON.stringify(seen)).not.toContain('forged');
    },
  );
});
