import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { chatProviderBody } from './provider-body.js';
import { readChatFacts } from './read-facts.js';

const sent = (text: string, model: string): string => {
  const body = Buffer.from(text);
  return chatProviderBody(body, readChatFacts(body), model).toString();
};
const MESSAGES = '"messages":[{"role":"user","content":"größer 👩‍🚀"}]';

describe('chatProviderBody', () => {
  it('replaces the name of the model and nothing else', () => {
    const before = '{ "x":{"model":"inner","y":[1.0, 2e0]}, "user":"ö", "model" :';
    const after = ` , ${MESSAGES},"seed":12345678901234567890}  `;
    expect(sent(`${before} "gpt-small"${after}`, 'gpt "4" é')).toBe(`${before} "gpt \\"4\\" é"${after}`);
  });

  it('asks for the usage of a stream, whether the caller did or not', () => {
    expect(sent(`{"model":"m","stream":true,${MESSAGES}}`, 'n')).toBe(
      `{"model":"n","stream_options":{"include_usage":true},"stream":true,${MESSAGES}}`,
    );
    for (const options of ['null', '{}', '{"include_usage":false}', '{ "include_usage" : true }']) {
      for (const [first, second] of [
        ['"model":"m"', `"stream_options":${options}`],
        [`"stream_options":${options}`, '"model":"m"'],
      ]) {
        const value = JSON.parse(sent(`{${first},"stream":true,${second},${MESSAGES}}`, 'n')) as object;
        expect(value).toMatchObject({ model: 'n', stream: true, stream_options: { include_usage: true } });
      }
    }
  });

  it('leaves stream options alone where nothing is streamed', () => {
    const text = `{"model":"m","stream_options":{"include_usage":true},${MESSAGES}}`;
    expect(sent(text, 'm')).toBe(text);
  });

  it('keeps every other member of any body as it was', () => {
    const extras = fc.dictionary(
      fc.string({ unit: 'binary' }).map((name) => `x${name}`),
      fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' }),
    );
    fc.assert(
      fc.property(extras, extras, fc.boolean(), fc.constantFrom(0, 2), (first, last, stream, indent) => {
        const body = { ...first, model: 'gpt-small', stream, messages: [{ role: 'user', content: 'hi' }], ...last };
        const value = JSON.parse(sent(JSON.stringify(body, undefined, indent), 'other')) as Record<string, unknown>;
        const expected = JSON.parse(JSON.stringify({ ...body, model: 'other' })) as Record<string, unknown>;
        expect(value).toEqual(stream ? { ...expected, stream_options: { include_usage: true } } : expected);
      }),
      { numRuns: 500 },
    );
  });
});
