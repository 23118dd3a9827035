import { describe, expect, it } from '@jest/globals';
import { readListedRequest, refuseRepeated, type ListedRequestShape } from './listed-request.policy.js';

const shape: ListedRequestShape = { bodyName: 'params', customId: { pattern: /^[a-z-]{1,8}$/, words: 'a short word' } };
const read = (content: string | Buffer) => readListedRequest(Buffer.from(content), 3, shape);

describe('readListedRequest', () => {
  it('gives the body as it came, on one line', () => {
    expect(read('{"params": {"n": 1.0,\r\n "text": "a\\nb"}, "custom_id": "a-b"}')).toEqual({
      customId: 'a-b',
      body: '{"n": 1.0,   "text": "a\\nb"}',
    });
  });

  it.each<[string, string | Buffer, string]>([
    ['no name', '{"params": {}}', 'requests.3.custom_id'],
    ['a name that is a number', '{"custom_id": 1, "params": {}}', 'requests.3.custom_id'],
    ['a name that is none', '{"custom_id": "A b", "params": {}}', 'requests.3.custom_id'],
    ['no body', '{"custom_id": "a"}', 'requests.3.params'],
    ['a body that is a list', '{"custom_id": "a", "params": []}', 'requests.3.params'],
    ['a body that is null', '{"custom_id": "a", "params": null}', 'requests.3.params'],
    ['a field that there is not', '{"custom_id": "a", "params": {}, "url": "x"}', 'requests.3.url'],
    ['a field named twice', '{"custom_id": "a", "params": {}, "custom_id": "b"}', 'custom_id'],
    ['a raw line end within a text', '{"custom_id": "a", "params": {"a": "b\nc"}}', 'requests.3'],
    ['what is no JSON within', '{"custom_id": "a", "params": {a}}', 'requests.3'],
    ['what is no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'requests.3'],
  ])('refuses %s and names the place', (_, content, param) => {
    expect(() => read(content)).toThrow(expect.objectContaining({ status: 400, param }));
  });

  it('refuses a body that is nested too deep', () => {
    const params = `${'['.repeat(70)}${']'.repeat(70)}`;
    expect(() => read(`{"custom_id": "a", "params": {"a": ${params}}}`)).toThrow(
      expect.objectContaining({ code: 'too_deep' }),
    );
  });
});

describe('refuseRepeated', () => {
  it('names both places', () => {
    expect(() => refuseRepeated('a', 5, 2)).toThrow(/requests\.5\.custom_id.*requests\.2/);
    expect(() => refuseRepeated('a', 5, undefined)).not.toThrow();
  });
});
