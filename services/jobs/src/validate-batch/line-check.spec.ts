import { describe, expect, it } from '@jest/globals';
import { JobLimits } from '../job-limits.js';
import { inputLine } from '../line.fixture.js';
import { LineCheck } from './line-check.js';
import type { LinePlace } from './batch-line.repository.js';
import { readLines } from './line-reader.js';

async function check(
  content: string | Uint8Array,
  limits: Partial<JobLimits> = {},
  endpoint = '/v1/chat/completions',
): Promise<{ check: LineCheck; places: LinePlace[] }> {
  const all = new JobLimits(limits);
  const lineCheck = new LineCheck({
    limits: all,
    endpoint,
    modelExists: (model) => model.startsWith('gpt-'),
  });
  const places: LinePlace[] = [];
  async function* source(): AsyncIterable<Uint8Array> {
    yield typeof content === 'string' ? Buffer.from(content) : content;
  }
  for await (const line of readLines(source(), all)) {
    const place = lineCheck.accept(line);
    if (place) places.push(place);
    if (lineCheck.isOver) break;
  }
  lineCheck.finish();
  return { check: lineCheck, places };
}

const body = { model: 'gpt-small', messages: [{ role: 'user', content: 'hi' }] };

describe('LineCheck', () => {
  it.each([
    ['no line end at the end', `${inputLine(1)}\n${inputLine(2)}`],
    ['CRLF', `${inputLine(1)}\r\n${inputLine(2)}\r\n`],
    ['a byte order mark', `\uFEFF${inputLine(1)}\n${inputLine(2)}\n`],
    ['blank lines at the end', `${inputLine(1)}\n${inputLine(2)}\n\n  \n\r\n`],
    ['several models', `${inputLine(1)}\n${inputLine(2, { body: { ...body, model: 'gpt-large' } })}\n`],
    ['stream: false', `${inputLine(1)}\n${inputLine(2, { body: { ...body, stream: false } })}\n`],
  ])('accepts %s', async (_, content) => {
    const { check: result, places } = await check(content);

    expect(result.errors).toEqual([]);
    expect(result.totalLines).toBe(2);
    expect(places.map(({ line, customId }) => [line, customId])).toEqual([
      [1, 'line-1'],
      [2, 'line-2'],
    ]);
    for (const { byteOffset, byteLength } of places) {
      expect(
        () => JSON.parse(Buffer.from(content).toString('utf8', byteOffset, byteOffset + byteLength)) as unknown,
      ).not.toThrow();
    }
  });

  it('names the model that all lines share, and none where they differ', async () => {
    expect((await check(`${inputLine(1)}\n`)).check.model).toBe('gpt-small');
    expect(
      (await check(`${inputLine(1)}\n${inputLine(2, { body: { ...body, model: 'gpt-large' } })}\n`)).check.model,
    ).toBeNull();
  });

  it.each<[string, string, string, string | null]>([
    ['a line that is no JSON', 'nonsense', 'invalid_json_line', null],
    ['a line that is no object', '[1]', 'invalid_json_line', null],
    ['a torn line', inputLine(2).slice(0, -5), 'invalid_json_line', null],
    ['no custom_id', inputLine(2, { custom_id: undefined }), 'missing_required_parameter', 'custom_id'],
    ['a custom_id that is a number', inputLine(2, { custom_id: 7 }), 'invalid_custom_id', 'custom_id'],
    ['an empty custom_id', inputLine(2, { custom_id: '' }), 'invalid_custom_id', 'custom_id'],
    ['a NUL in a custom_id', inputLine(2, { custom_id: 'a\0' }), 'invalid_custom_id', 'custom_id'],
    [
      'half a surrogate pair in a custom_id',
      inputLine(2).replace('line-2', String.raw`\ud800`),
      'invalid_custom_id',
      'custom_id',
    ],
    ['a custom_id that is too long', inputLine(2, { custom_id: 'x'.repeat(513) }), 'invalid_custom_id', 'custom_id'],
    ['a custom_id used before', inputLine(1), 'duplicate_custom_id', 'custom_id'],
    ['a wrong method', inputLine(2, { method: 'GET' }), 'invalid_method', 'method'],
    ['no method', inputLine(2, { method: undefined }), 'missing_required_parameter', 'method'],
    ['another url', inputLine(2, { url: '/v1/embeddings' }), 'invalid_url', 'url'],
    ['no body', inputLine(2, { body: undefined }), 'missing_required_parameter', 'body'],
    ['a body that is a string', inputLine(2, { body: 'x' }), 'invalid_json', 'body'],
    [
      'a body without model',
      inputLine(2, { body: { messages: body.messages } }),
      'missing_required_parameter',
      'body.model',
    ],
    ['an unknown model', inputLine(2, { body: { ...body, model: 'none' } }), 'model_not_found', 'body.model'],
    ['stream: true', inputLine(2, { body: { ...body, stream: true } }), 'invalid_value', 'body.stream'],
    ['a field named twice', inputLine(2).replace('{', '{"url":"/v1/chat/completions",'), 'duplicate_field', 'url'],
    ['a body that is torn inside', inputLine(2).replace('"role"', '"role'), 'invalid_json_line', null],
  ])('names the line of %s', async (_, bad, code, param) => {
    const { check: result } = await check(`${inputLine(1)}\n${bad}\n${inputLine(3)}\n`);

    expect(result.errors).toMatchObject([{ code, line: 2, param }]);
  });

  it.each<[string, object, object, string]>([
    ['/v1/responses', { input: 'hi' }, { input: 7 }, 'body.input'],
    ['/v1/responses', { input: 'hi' }, { input: 'hi', previous_response_id: 'resp_1' }, 'body.previous_response_id'],
    ['/v1/responses', { input: 'hi' }, { input: 'hi', background: true }, 'body.background'],
    ['/v1/responses', { input: 'hi' }, { input: 'hi', stream: true }, 'body.stream'],
    ['/v1/embeddings', { input: ['a', 'b'] }, { input: [] }, 'body.input'],
    ['/v1/completions', { prompt: 'hi' }, { prompt: 'hi', stream: true }, 'body.stream'],
    ['/v1/moderations', { input: 'hi' }, {}, 'body.input'],
    ['/v1/images/generations', { prompt: 'a cat' }, { prompt: 7 }, 'body.prompt'],
  ])('reads requests for %s (%j), and names what is wrong with %j', async (url, good, bad, param) => {
    const lineOf = (number: number, request: object): string =>
      inputLine(number, { url, body: { model: 'gpt-small', ...request } });
    const { check: result } = await check(`${lineOf(1, good)}\n${lineOf(2, bad)}\n${inputLine(3)}\n`, {}, url);

    expect(result.errors).toMatchObject([
      { line: 2, param },
      { code: 'invalid_url', line: 3, param: 'url' },
    ]);
  });

  it('counts the inputs of all lines to embed, and names the line that goes beyond the limit once', async () => {
    const lineOf = (number: number, input: unknown): string =>
      inputLine(number, { url: '/v1/embeddings', body: { model: 'gpt-small', input } });
    const content = [
      lineOf(1, ['a', 'b']),
      lineOf(2, 'c'),
      lineOf(3, [1, 2, 3]),
      lineOf(4, [[1], [2]]),
      lineOf(5, 'd'),
    ];
    const checkWith = async (embeddingInputsPerBatch: number) =>
      (await check(content.join('\n'), { embeddingInputsPerBatch }, '/v1/embeddings')).check.errors;

    expect(await checkWith(7)).toEqual([]);
    expect(await checkWith(5)).toMatchObject([
      { code: 'too_many_embedding_inputs_in_batch', line: 4, param: 'body.input' },
    ]);
  });

  it('names the line of invalid UTF-8', async () => {
    const content = Buffer.from(`${inputLine(1)}\n${inputLine(2)}\n`);
    content[content.lastIndexOf('question 2')] = 0xff;

    expect((await check(content)).check.errors).toMatchObject([{ code: 'invalid_utf8', line: 2 }]);
  });

  it('names a blank line between two requests', async () => {
    expect((await check(`${inputLine(1)}\n\n${inputLine(3)}\n`)).check.errors).toMatchObject([
      { code: 'empty_line', line: 2 },
    ]);
  });

  it('reads no file to its end in which nothing but blank lines follow', async () => {
    const blank = (count: number): string => `${inputLine(1)}\n${'\n'.repeat(count)}`;
    expect((await check(blank(3), { linesPerBatch: 3 })).check.errors).toEqual([]);
    const { check: result } = await check(blank(100), { linesPerBatch: 3 });
    expect(result.errors).toMatchObject([{ code: 'empty_line', line: 2 }]);
  });

  it('says what is wrong in few words, however long the names are', async () => {
    const line = inputLine(1, { custom_id: '€'.repeat(512) });
    const { check: result } = await check(`${line}\n${line}\n`);
    expect(result.errors[0]?.message.length).toBeLessThan(200);
  });

  it('bears lines that are nested without end', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const bodies = [`{"model":"gpt-small","messages":${deep}}`, `{"model":"gpt-small","messages":[],"x":${deep}}`];
    const lines = bodies.map((text, index) => inputLine(index + 1, { body: 'BODY' }).replace('"BODY"', text));
    expect((await check(lines.join('\n'))).check.errors).toMatchObject([{ line: 1 }, { line: 2 }]);
  });

  it('names a line that is too long', async () => {
    const { check: result } = await check(`${inputLine(1)}\n${inputLine(2)}\n`, { lineBytes: inputLine(2).length - 1 });
    expect(result.errors).toMatchObject([
      { code: 'line_too_long', line: 1 },
      { code: 'line_too_long', line: 2 },
    ]);
  });

  it('names the first line beyond the most that a batch holds, and reads no further', async () => {
    const content = [1, 2, 3, 4, 5].map((number) => inputLine(number)).join('\n');
    const { check: result } = await check(content, { linesPerBatch: 3 });

    expect(result.errors).toMatchObject([{ code: 'too_many_requests_in_batch', line: 4 }]);
  });

  it('names every bad line, up to a limit', async () => {
    const content = Array.from({ length: 10 }, () => 'bad').join('\n');

    expect((await check(content)).check.errors.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect((await check(content, { errorsPerBatch: 4 })).check.errors).toHaveLength(4);
  });

  it.each(['', '\n', '\n \n\r\n', '\uFEFF'])('refuses a file without requests (%j)', async (content) => {
    expect((await check(content)).check.errors).toMatchObject([{ code: 'empty_file', line: null }]);
  });
});
