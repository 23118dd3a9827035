import { eventually } from '#libs/testing';
import { expect } from '@jest/globals';

import { lineOf } from './batch-lines.js';
import { call } from './http-call.js';

/** Objects of a key by where they stand in addresses: what comes before `{…}`, and the ids that take its places. */
type Objects = ReadonlyMap<string, readonly string[]>;

/** What is the same for everybody, and what keys for calling models may not ask for, whoever's it is. */
const LEFT_OUT = ['/v1/models/{', '/v1/audit/'];
const CHAT = { model: 'small', messages: [{ role: 'user', content: 'hi' }] };
const FORM = { 'content-type': 'multipart/form-data; boundary=xx' };

async function post(url: string, key: string, body: object | string, headers: Record<string, string> = {}) {
  const answer = await call(url, { method: 'POST', key, body, headers });
  expect([url, answer.status < 300, answer.text]).toEqual([url, true, answer.text]);
  return JSON.parse(answer.text) as { id: string };
}

function upload(text: string): string {
  const field = (name: string, value: string, more = ''): string =>
    `--xx\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
  return `${field('purpose', 'batch')}${field('file', text, '; filename="in.jsonl"')}--xx--\r\n`;
}

/** Makes one of everything that callers address by an id, and waits until it has come to its end. */
async function oneOfEachKind(url: string, key: string): Promise<Objects> {
  const ask = (path: string, body: object | string, headers?: Record<string, string>) =>
    post(url + path, key, body, headers);
  const input = lineOf('one', '/v1/chat/completions', CHAT);
  const file = await ask('/v1/files', upload(input), FORM);
  const order = { input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h' };
  const batch = await ask('/v1/batches', order);
  const params = { ...CHAT, max_tokens: 5 };
  const messages = await ask('/v1/messages/batches', { requests: [{ custom_id: 'a', params }] });
  const job = await ask('/v1/chat/completions', CHAT, { prefer: 'respond-async' });
  const response = await ask('/v1/responses', { model: 'small', input: 'hi' });
  const stream = { key, headers: { 'x-switchyard-resumable': 'true' }, body: { ...CHAT, stream: true } };
  const requestId = String((await call(`${url}/v1/chat/completions`, stream)).headers['x-request-id']);
  const endpoint = await ask('/v1/webhooks/endpoints', { url: 'https://hooks.example/x', event_types: ['*'] });
  const delivery = await ask(`/v1/webhooks/endpoints/${endpoint.id}/test`, {});
  const hooks = [endpoint.id, delivery.id];
  const objects = new Map([
    ['/v1/files/', [file.id]],
    ['/v1/batches/', [batch.id]],
    ['/v1/messages/batches/', [messages.id]],
    ['/v1/jobs/', [job.id]],
    ['/queue/response/', [job.id]],
    ['/v1/responses/', [response.id]],
    ['/v1/requests/', [requestId]],
    ['/v1/webhooks/endpoints/', hooks],
    ['/v1/webhook_endpoints/', hooks],
  ]);
  await eventually(
    async () => {
      const states = await Promise.all(
        [`/v1/batches/${batch.id}`, `/v1/jobs/${job.id}`, `/v1/messages/batches/${messages.id}`].map((path) =>
          call(url + path, { key }),
        ),
      );
      for (const { text } of states) expect(text).toMatch(/"(?:processing_)?status":"(?:completed|ended)"/);
    },
    { withinMilliseconds: 30_000 },
  );
  return objects;
}

/** The address of a route with ids in it; undefined where it names no object of a caller. A kind that is not known here fails. */
function addressOf(path: string, objects: Objects): string | undefined {
  if (!path.includes('{') || /^\/(?:admin|auth)\//.test(path) || LEFT_OUT.some((one) => path.startsWith(one)))
    return undefined;
  const ids = objects.get(path.slice(0, path.indexOf('{')));
  // A kind that is not here yet has to be made in `oneOfEachKind`.
  expect([path, ids !== undefined]).toEqual([path, true]);
  let place = 0;
  return path.replaceAll(/\{\w+\}/g, () => ids?.[place++] ?? 'missing');
}

/** Ids of the same form that nobody has. */
function idsOfNobody(objects: Objects): Objects {
  const ofNobody = (id: string): string => id.replace(/[0-9a-f]{8}$/i, 'ffffffff');
  return new Map([...objects].map(([where, ids]) => [where, ids.map(ofNobody)]));
}

interface Route {
  readonly method: string;
  readonly path: string;
}

interface Told {
  readonly asked: string;
  readonly status: number;
  readonly words: string;
}

/** What an owner sees of its objects, where that does not go on by itself. */
function seenByOwner(url: string, key: string, routes: readonly Route[], objects: Objects): Promise<unknown[]> {
  const still = routes.filter(
    ({ method, path }) => method === 'GET' && !path.includes('webhook') && !path.endsWith('/stream'),
  );
  return Promise.all(
    still.map(async ({ method, path }) => {
      const { status, text } = await call(url + addressOf(path, objects), { key });
      return [method, path, status, text];
    }),
  );
}

/**
 * Has somebody ask for objects of another tenant by every route that names one: each answer must be that of an object that never was,
 * and the objects stay as they were. Gives the number of routes.
 */
export async function askAsStranger(
  url: string,
  all: readonly Route[],
  { owner, stranger }: { readonly owner: string; readonly stranger: string },
): Promise<number> {
  const objects = await oneOfEachKind(url, owner);
  const routes = all.filter(({ path }) => addressOf(path, objects) !== undefined);
  const before = await seenByOwner(url, owner, routes, objects);
  const told = async (ids: Objects): Promise<Told[]> => {
    const answers: Told[] = [];
    for (const { method, path } of routes) {
      const body = /^(?:POST|PATCH|PUT)$/.test(method) ? { body: {} } : {};
      const { status, text } = await call(url + addressOf(path, ids), { method, key: stranger, ...body });
      const words = [...ids.values()].flat().reduce((left, id) => left.replaceAll(id, 'ID'), text);
      answers.push({ asked: `${method} ${path}`, status, words });
    }
    return answers;
  };
  const foreign = await told(objects);
  expect(foreign).toEqual(await told(idsOfNobody(objects)));
  expect(foreign.filter(({ status }) => status !== 404)).toEqual([]);
  expect(await seenByOwner(url, owner, routes, objects)).toEqual(before);
  return routes.length;
}
