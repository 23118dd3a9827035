import { describe, expect, it } from '@jest/globals';
import { assert, jsonValue, property } from 'fast-check';
import { canonicalJson } from './canonical-json.js';

const canonical = (text: string, leaveOut: string[] = []): string | undefined =>
  canonicalJson(JSON.parse(text), new Set(leaveOut));

describe('canonicalJson', () => {
  it('is the same for the same value, however it is written', () => {
    expect(canonical('{ "b": [1.0, {"y": "\\u0041", "x": null}], "a": 1e2 }')).toBe(
      '{"a":100,"b":[1,{"x":null,"y":"A"}]}',
    );
  });

  it('keeps the order of lists, and tells types apart', () => {
    expect(canonical('["1",1,true,null,[],{}]')).toBe('["1",1,true,null,[],{}]');
  });

  it('leaves out members of the outermost object only', () => {
    expect(canonical('{"user":"a","messages":[{"user":"b"}]}', ['user'])).toBe('{"messages":[{"user":"b"}]}');
  });

  it('knows no form of numbers that a double cannot tell apart', () => {
    expect(canonical('{"seed":9007199254740993}')).toBeUndefined();
    expect(canonical('[[1e400]]')).toBeUndefined();
    expect(canonical('{"seed":9007199254740991,"temperature":0.1}')).toBeDefined();
  });

  it('holds a member that is named like the prototype', () => {
    expect(canonical('{"__proto__":{"a":1}}')).toBe('{"__proto__":{"a":1}}');
  });

  it('reads back as the value it was made of', () => {
    assert(
      property(jsonValue(), (value) => {
        const text = canonicalJson(value);
        if (text === undefined) return;
        const read: unknown = JSON.parse(text);
        expect(canonicalJson(read)).toBe(text);
        expect(read).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
