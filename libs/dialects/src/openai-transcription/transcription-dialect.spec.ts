import { describe, expect, it } from '@jest/globals';
import { array, assert, property, record, string, uint8Array } from 'fast-check';
import { transcriptionDialect } from './transcription-dialect.js';

const BOUNDARY = 'x-boundary-17';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

const part = (disposition: string, content: string | Uint8Array, headers = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\n${headers}\r\n`),
    Buffer.from(content as Uint8Array),
    Buffer.from('\r\n'),
  ]);
const form = (...parts: readonly Buffer[]): Buffer => Buffer.concat([...parts, Buffer.from(`--${BOUNDARY}--\r\n`)]);
const FILE = part('name="file"; filename="a.wav"', 'RIFF….', 'Content-Type: audio/wav\r\n');
const MODEL = part('name="model"', 'whisper');
const facts = (body: Buffer, type = TYPE): ReturnType<typeof transcriptionDialect.readFacts> =>
  transcriptionDialect.readFacts(body, type);

describe('transcriptionDialect', () => {
  it('reads a form and keeps the content type that it needs to be read again', () => {
    expect(facts(form(FILE, MODEL))).toMatchObject({
      dialect: 'openai-transcription',
      operation: 'transcription',
      model: 'whisper',
      stream: false,
      contentType: TYPE,
    });
    expect(facts(form(FILE, MODEL), `Multipart/Form-Data; charset=utf-8; boundary="${BOUNDARY}"`).contentType).toBe(
      TYPE,
    );
  });

  it('is told by a form of the platform itself', async () => {
    const sent = new FormData();
    sent.set('file', new Blob([Buffer.from([0, 13, 10, 45, 45, 255])]), 'a b".mp3');
    sent.set('model', 'whisper');
    sent.set('response_format', 'srt');
    const request = new Request('http://localhost', { method: 'POST', body: sent });
    const type = request.headers.get('content-type') ?? '';
    const body = Buffer.from(await request.arrayBuffer());
    const read = facts(body, type);
    const onward = Buffer.from(transcriptionDialect.providerBody(body, read, 'whisper-large-v3'));
    const received = await new Response(new Uint8Array(onward), {
      headers: { 'content-type': read.contentType ?? '' },
    }).formData();
    expect(received.get('model')).toBe('whisper-large-v3');
    expect(received.get('response_format')).toBe('srt');
    expect(Buffer.from(await (received.get('file') as File).arrayBuffer())).toEqual(
      Buffer.from([0, 13, 10, 45, 45, 255]),
    );
  });

  it('tells how long the sound is by its size, for servers that do not', () => {
    const sound = part('name="file"; filename="a.mp3"', 'x'.repeat(6_000), 'Content-Type: audio/mpeg\r\n');
    expect(facts(form(sound, MODEL)).units).toEqual({ audioMilliseconds: 1_500 });
  });

  it('replaces the model in any form and leaves all other bytes', () => {
    const other = record({ name: string({ unit: 'grapheme-ascii' }), content: uint8Array() });
    assert(
      property(array(other), array(other), string({ minLength: 1 }), (before, after, model) => {
        const made = (parts: typeof before): Buffer[] =>
          parts.map(({ name, content }) => part(`name="x${name.replaceAll(/["\\]/g, '')}"`, content));
        const [first, last] = [[...made(before), FILE], made(after)];
        const body = form(...first, MODEL, ...last);
        const sent = Buffer.from(transcriptionDialect.providerBody(body, facts(body), model));
        expect(sent.equals(form(...first, part('name="model"', model), ...last))).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['no model', form(FILE), 'missing_required_parameter', 'model'],
    ['no file', form(MODEL), 'missing_required_parameter', 'file'],
    ['two models', form(MODEL, FILE, MODEL), 'duplicate_field', 'model'],
    ['an empty model', form(FILE, part('name="model"', '')), 'invalid_type', 'model'],
    ['a model that is a file', form(FILE, part('name="model"; filename="m"', 'x')), 'invalid_type', 'model'],
    ['a file that is a field', form(MODEL, part('name="file"', 'x')), 'invalid_type', 'file'],
    ['a stream', form(FILE, MODEL, part('name="stream"', 'true')), 'unsupported_parameter', 'stream'],
    ['another format', form(FILE, MODEL, part('name="response_format"', 'docx')), 'invalid_type', 'response_format'],
    ['no end', Buffer.concat([FILE, MODEL]), 'invalid_form', null],
    ['half a part', form(FILE, MODEL).subarray(0, 60), 'invalid_form', null],
    ['nothing', Buffer.alloc(0), 'invalid_form', null],
    ['something behind its end', Buffer.concat([form(FILE, MODEL), FILE]), 'invalid_form', null],
    ['a name in two readings', form(FILE, MODEL, part('name="a"; name="model"', 'x')), 'invalid_form', null],
    [
      'a boundary behind a bare line feed',
      form(FILE, MODEL, part('name="a"', `x\n--${BOUNDARY}\nContent-Disposition: form-data; name="model"\n\nbig`)),
      'invalid_form',
      null,
    ],
    [
      'a header hidden behind a line feed',
      form(FILE, MODEL, part('name="a"', 'x', 'A: b\nC: d\r\n')),
      'invalid_form',
      null,
    ],
  ])('refuses a form with %s', (_what, body, code, param) => {
    expect(() => facts(body)).toThrow(expect.objectContaining({ status: 400, code, param }));
  });

  it.each([['application/json'], ['multipart/form-data'], ['multipart/form-data; boundary=']])(
    'refuses the content type %s',
    (type) => {
      expect(() => facts(form(FILE, MODEL), type)).toThrow(expect.objectContaining({ status: 415 }));
    },
  );

  it('reads transcripts in every format', () => {
    const read = (body: string, type: string) => transcriptionDialect.readAnswer(Buffer.from(body), type);
    const parts = { input_token_details: { text_tokens: 2, audio_tokens: 12 } };
    const usage = { type: 'tokens', input_tokens: 14, ...parts, output_tokens: 5, total_tokens: 19 };
    expect(read(JSON.stringify({ text: 'Hello', usage }), 'application/json')).toEqual({
      usage: { promptTokens: 14, completionTokens: 5, audioPromptTokens: 12 },
      characters: 5,
    });
    const lasting = (audioMilliseconds: number) => ({
      characters: 5,
      usage: { promptTokens: 0, completionTokens: 0, audioMilliseconds },
    });
    expect(read('{"text":"Hello","usage":{"type":"duration","seconds":3}}', 'application/json; charset=utf-8')).toEqual(
      lasting(3_000),
    );
    for (const duration of ['3.47', '"3.47"']) {
      expect(read(`{"text":"Hello","duration":${duration}}`, 'application/json')).toEqual(lasting(3_470));
    }
    for (const duration of ['-1', '"long"', '1e12', 'null']) {
      expect(read(`{"text":"Hello","duration":${duration}}`, 'application/json')).toEqual({ characters: 5 });
    }
    expect(read('Hello\n', 'text/plain')).toEqual({ characters: 6 });
    expect(read('WEBVTT\n', 'text/vtt')).toEqual({ characters: 7 });
    expect(read('<html>', 'text/html')).toBeUndefined();
    expect(read('{"error":{"message":"no"}}', 'application/json')).toBeUndefined();
  });
});
