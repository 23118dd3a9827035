import { describe, expect, it } from '@jest/globals';
import { array, assert, dictionary, integer, jsonValue, property, string } from 'fast-check';
import { RequestListReader } from './request-list-reader.js';

interface Read {
  readonly requests: unknown[];
  readonly members: Record<string, unknown>;
}

function readAll(content: string | Buffer, pieceBytes = 7, requestBytes = 100_000): Read {
  const reader = new RequestListReader({ requestBytes });
  const bytes = Buffer.from(content);
  const requests: unknown[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    for (const request of reader.read(bytes.subarray(at, at + pieceBytes)))
      requests.push(JSON.parse(request.toString()));
  }
  reader.end();
  return { requests, members: Object.fromEntries(reader.members) };
}

describe('RequestListReader', () => {
  it('gives every request of every list, whatever stands around it and wherever the pieces end', () => {
    const requests = array(dictionary(string(), jsonValue()), { maxLength: 5 });
    const others = dictionary(
      string().filter((name) => name !== 'requests' && name !== '__proto__'),
      jsonValue(),
      { maxKeys: 3 },
    );
    assert(
      property(
        requests,
        others,
        integer({ min: 1, max: 50 }),
        integer({ min: 0, max: 2 }),
        (list, members, size, indent) => {
          const content = JSON.stringify({ ...members, requests: list, last: 1 }, undefined, indent);
          const expected = JSON.parse(content) as { requests: unknown[] } & Record<string, unknown>;
          const { requests: listed, ...rest } = expected;

          expect(readAll(content, size)).toEqual({ requests: listed, members: rest });
        },
      ),
    );
  });

  it('holds little of what stands beside the requests, be it long or much', () => {
    const refusalOf = (members: object, requestBytes: number): unknown => {
      try {
        return readAll(JSON.stringify({ ...members, requests: [{}] }), 1_000, requestBytes);
      } catch (error) {
        return error;
      }
    };
    const long = { a: 'x'.repeat(600), b: 'x'.repeat(600) };
    expect(refusalOf(long, 2_000)).toEqual({ requests: [{}], members: long });
    expect(refusalOf(long, 1_000)).toMatchObject({ status: 413, code: 'request_too_large' });
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`m${index}`, index]));
    expect(refusalOf(many, 100_000)).toMatchObject({ status: 400, code: 'invalid_value' });
  });

  it('gives a request as soon as it is whole', () => {
    const reader = new RequestListReader({ requestBytes: 1_000 });

    expect([...reader.read(Buffer.from('{"requests": [{"a": "}{'))]).toEqual([]);
    expect([...reader.read(Buffer.from(String.raw`\"]"} , {`))].map(String)).toEqual([String.raw`{"a": "}{\"]"}`]);
  });

  it.each([
    ['', 400],
    ['[]', 400],
    ['{}', 400],
    ['{"requests": {}}', 400],
    ['{"requests": null}', 400],
    ['{"requests": [1]}', 400],
    ['{"requests": ["a"]}', 400],
    ['{"requests": [{}', 400],
    ['{"requests": [{}]', 400],
    ['{"requests": [{},]}', 400],
    ['{"requests": [{} {}]}', 400],
    ['{"requests": [{}],}', 400],
    ['{"requests": [{}]}}', 400],
    ['{"requests": [{}]} {}', 400],
    ['{"requests" [{}]}', 400],
    ['{requests: []}', 400],
    ['{"requests": [], "requests": []}', 400],
    ['{"a": 1, "a": 2, "requests": []}', 400],
    ['{"a": nonsense, "requests": []}', 400],
    ['{"a": , "requests": []}', 400],
    [`{"requests": [{"a": "${'x'.repeat(200)}"}]}`, 413],
    [`{"a": "${'x'.repeat(200)}", "requests": []}`, 413],
  ])('refuses %s', (content, status) => {
    expect(() => readAll(content, 7, 100)).toThrow(expect.objectContaining({ status }));
  });
});
