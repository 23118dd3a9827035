import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { eventually } from '#libs/testing';

import { call, type HttpAnswer, type HttpCall } from './http-call.js';
import { journeyConfiguration, modelFields, OUR_KEY, THEIR_KEY } from './journey-configuration.js';
import { journeysOn } from './journey.js';
import { StackForTests } from './stack-for-tests.js';

const MEBIBYTE = 1024 ** 2;
const CHAT = '/v1/chat/completions';
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const chat = (members: string): string => `{"model":"toy","messages":[{"role":"user","content":"hi"}]${members}}`;
const notUtf8 = Buffer.concat([
  Buffer.from('{"model":"toy","messages":[{"role":"user","content":"'),
  Buffer.from([0xff, 0xfe]),
  Buffer.from('"}]}'),
]);

interface BadCall extends HttpCall {
  readonly what: string;
  readonly path?: string;
  readonly status: number;
  readonly code: string;
  readonly param?: string;
}

/** Calls that cannot be served, and what the caller is told. The path is the chat's, the key ours, unless said otherwise. */
const BAD_CALLS: readonly BadCall[] = [
  { what: 'malformed JSON', body: '{"model":"toy",', status: 400, code: 'invalid_json' },
  { what: 'no JSON at all', body: 'hello', status: 400, code: 'invalid_json' },
  { what: 'an empty body', body: '', status: 400, code: 'missing_body' },
  { what: 'a JSON list', body: '[1]', status: 400, code: 'invalid_json' },
  { what: 'JSON of 100 levels', body: chat(`,"x":${deep(100)}`), status: 400, code: 'too_deep' },
  { what: 'JSON of 200,000 levels', body: chat(`,"x":${deep(200_000)}`), status: 400, code: 'too_deep' },
  { what: 'a field twice', body: chat(',"model":"toy"'), status: 400, code: 'duplicate_field', param: 'model' },
  {
    what: 'a field twice in disguise',
    body: chat(String.raw`,"mod\u0065l":"toy"`),
    status: 400,
    code: 'duplicate_field',
    param: 'model',
  },
  { what: 'bytes that are not UTF-8', body: notUtf8, status: 400, code: 'invalid_encoding' },
  {
    what: 'no model',
    body: '{"messages":[{"role":"user","content":"hi"}]}',
    status: 400,
    code: 'missing_required_parameter',
    param: 'model',
  },
  { what: 'no messages', body: '{"model":"toy"}', status: 400, code: 'missing_required_parameter', param: 'messages' },
  { what: 'a number as model', body: '{"model":7,"messages":[]}', status: 400, code: 'invalid_type', param: 'model' },
  {
    what: 'empty messages',
    body: '{"model":"toy","messages":[]}',
    status: 400,
    code: 'invalid_type',
    param: 'messages',
  },
  {
    what: 'a text as messages',
    body: '{"model":"toy","messages":"hi"}',
    status: 400,
    code: 'invalid_type',
    param: 'messages',
  },
  {
    what: 'an unknown role',
    body: '{"model":"toy","messages":[{"role":"king","content":"hi"}]}',
    status: 400,
    code: 'invalid_type',
    param: 'messages[0].role',
  },
  {
    what: 'a temperature that is too high',
    body: chat(',"temperature":9'),
    status: 400,
    code: 'invalid_type',
    param: 'temperature',
  },
  { what: 'a text as stream', body: chat(',"stream":"yes"'), status: 400, code: 'invalid_type', param: 'stream' },
  {
    what: 'negative max_tokens',
    body: chat(',"max_tokens":-1'),
    status: 400,
    code: 'invalid_type',
    param: 'max_tokens',
  },
  {
    what: 'a prototype for a field',
    body: chat(',"__proto__":{"stream":true},"n":0'),
    status: 400,
    code: 'invalid_type',
    param: 'n',
  },
  {
    what: 'an unknown model',
    body: '{"model":"gpt-5","messages":[{"role":"user","content":"hi"}]}',
    status: 404,
    code: 'model_not_found',
    param: 'model',
  },
  { what: 'no key', headers: { authorization: '' }, body: chat(''), status: 401, code: 'missing_api_key' },
  { what: 'a wrong key', key: 'sk-wrong', body: chat(''), status: 401, code: 'invalid_api_key' },
  { what: 'a key too long', key: 'k'.repeat(4_000), body: chat(''), status: 401, code: 'invalid_api_key' },
  {
    what: 'a key that is not a bearer',
    headers: { authorization: `Basic ${OUR_KEY}` },
    body: chat(''),
    status: 401,
    code: 'missing_api_key',
  },
  { what: 'a body of 33 MB', body: Buffer.alloc(33 * MEBIBYTE, ' '), status: 413, code: 'body_too_large' },
  {
    what: 'a form',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'model=toy',
    status: 415,
    code: 'unsupported_media_type',
  },
  {
    what: 'a compressed body',
    headers: { 'content-encoding': 'gzip' },
    body: Buffer.from([0x1f, 0x8b, 8, 0]),
    status: 400,
    code: 'invalid_encoding',
  },
  { what: 'an unknown route', path: '/v1/nothing', status: 404, code: 'unknown_url' },
  { what: 'a wrong method', method: 'DELETE', status: 404, code: 'unknown_url' },
  { what: 'GET where only POST is', status: 404, code: 'unknown_url' },
  {
    what: 'a path with an encoded slash',
    path: '/v1/files/..%2f..%2fetc',
    status: 404,
    code: 'file_not_found',
    param: 'id',
  },
  { what: 'a path that is no UTF-8', path: '/v1/files/%ff', status: 400, code: 'bad_request' },
  { what: 'an id of 600 characters', path: `/v1/files/${'f'.repeat(600)}`, status: 414, code: 'bad_request' },
  {
    what: 'a request id nobody has',
    path: '/v1/requests/req_00000000000070008000000000000000',
    status: 404,
    code: 'request_not_found',
    param: 'id',
  },
  { what: 'a file id nobody has', path: '/v1/files/file-nobody', status: 404, code: 'file_not_found', param: 'id' },
  {
    what: 'the content of no file',
    path: '/v1/files/file-nobody/content',
    status: 404,
    code: 'file_not_found',
    param: 'id',
  },
  {
    what: 'a batch id nobody has',
    path: '/v1/batches/batch_nobody',
    status: 404,
    code: 'batch_not_found',
    param: 'id',
  },
  {
    what: 'a cancel of no batch',
    path: '/v1/batches/batch_nobody/cancel',
    method: 'POST',
    status: 404,
    code: 'batch_not_found',
    param: 'id',
  },
  {
    what: 'a batch of no file',
    path: '/v1/batches',
    body: '{"input_file_id":"file-nobody","endpoint":"/v1/chat/completions","completion_window":"24h"}',
    status: 404,
    code: 'file_not_found',
    param: 'input_file_id',
  },
  {
    what: 'a batch without fields',
    path: '/v1/batches',
    body: '{}',
    status: 400,
    code: 'missing_required_parameter',
    param: 'input_file_id',
  },
  { what: 'a batch in malformed JSON', path: '/v1/batches', body: '{', status: 400, code: 'invalid_json' },
  {
    what: 'a batch of too deep JSON',
    path: '/v1/batches',
    body: `{"metadata":${deep(200_000)}}`,
    status: 400,
    code: 'too_deep',
  },
  { what: 'a file that is no form', path: '/v1/files', body: '{}', status: 400, code: 'invalid_form' },
  {
    what: 'a form without an end',
    path: '/v1/files',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: '--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch',
    status: 400,
    code: 'invalid_form',
  },
  {
    what: 'a form without a file',
    path: '/v1/files',
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
    body: '--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--x--\r\n',
    status: 400,
    code: 'missing_required_parameter',
    param: 'file',
  },
  {
    what: 'an unknown grouping',
    path: '/v1/usage?group_by=moon',
    status: 400,
    code: 'invalid_parameter',
    param: 'group_by',
  },
  {
    what: 'a page too large',
    path: '/v1/audit/events?limit=1000000000',
    status: 400,
    code: 'invalid_parameter',
    param: 'limit',
  },
  { what: 'the metrics with a caller key', path: '/metrics', status: 403, code: 'admin_key_required' },
];

const toy = { kind: 'sim' };
const models = (...names: string[]): object[] =>
  names.map((name) => modelFields(name, [{ provider: 'toy', model: 'sim-small' }]));
const configured = (...names: string[]): object => journeyConfiguration({ toy }, models(...names));

let stack: StackForTests;
const journey = journeysOn(() => stack);
const send = ({ path = CHAT, ...options }: Pick<BadCall, 'path'> & HttpCall): Promise<HttpAnswer> =>
  call(`${stack.url}${path}`, { key: OUR_KEY, ...options });

beforeAll(async () => {
  stack = await StackForTests.start(configured('toy'));
}, 180_000);

afterAll(async () => {
  await stack?.stop();
}, 90_000);

describe('a bad call', () => {
  for (const { what, status, code, param, ...options } of BAD_CALLS) {
    journey(`of ${what} gets ${status} ${code}`, async () => {
      const answer = await send(options);
      expect({ status: answer.status, body: JSON.parse(answer.text) as unknown }).toEqual({
        status,
        body: { error: { message: expect.any(String), type: expect.any(String), param: param ?? null, code } },
      });
      expect(answer.headers['x-request-id']).toMatch(/^req_/);
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
    });
  }

  journey('finds what belongs to another organization no more than what does not exist', async () => {
    const file =
      '--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n{}\r\n--x--\r\n';
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const { id } = JSON.parse((await send({ path: '/v1/files', headers, body: file })).text) as { id: string };
    for (const path of [`/v1/files/${id}`, `/v1/files/${id}/content`]) {
      expect((await send({ path })).status).toBe(200);
      const [foreign, unknown] = [
        await send({ path, key: THEIR_KEY }),
        await send({ path: path.replace(id, 'file-x'), key: THEIR_KEY }),
      ];
      expect([foreign.status, foreign.text]).toEqual([404, unknown.text.replace('file-x', id)]);
    }
  });

  journey('leaves every process as it was', async () => {
    const { status, text } = await call(`${stack.url}/readyz`);
    expect([status, JSON.parse(text)]).toEqual([200, { status: 'ready', missing: [] }]);
    const launcher = (await stack.logs()).get('launcher') ?? '';
    expect(launcher).not.toMatch(/restarting in/);
    expect((await send({ body: chat('') })).status).toBe(200);
  });
});

describe('an edit of switchyard.yaml', () => {
  const modelIds = async (): Promise<string[]> => {
    const { data } = JSON.parse((await send({ path: '/v1/models' })).text) as { data: { id: string }[] };
    return data.map(({ id }) => id);
  };

  journey('is in force soon', async () => {
    await stack.configure(configured('toy', 'newcomer'));
    await eventually(async () => expect(await modelIds()).toEqual(['toy', 'newcomer']));
    const answer = await send({ body: chat('').replace('"toy"', '"newcomer"') });
    expect(answer.status).toBe(200);
  });

  journey('that is wrong is refused with its place, and what was in force stays', async () => {
    await stack.configure(
      'version: 1\nproviders: { toy: { kind: sim } }\nmodels:\n  - name: toy\n    strategy: fastest\n',
    );
    await eventually(async () => {
      const control = (await stack.logs()).get('control.log') ?? '';
      expect(control).toMatch(/switchyard\.yaml:5:\d+/);
    });
    expect(await modelIds()).toEqual(['toy', 'newcomer']);
    const notices = async (): Promise<unknown> => JSON.parse((await call(`${stack.url}/readyz`)).text) as unknown;
    const refused = expect.stringMatching(/^control: the newest configuration is refused .+ accepted is in force$/);
    await eventually(async () => expect(await notices()).toEqual({ status: 'ready', missing: [], notices: [refused] }));
    await stack.configure(configured('toy'));
    await eventually(async () => expect(await modelIds()).toEqual(['toy']));
    await eventually(async () => expect(await notices()).toEqual({ status: 'ready', missing: [] }));
  });
});
