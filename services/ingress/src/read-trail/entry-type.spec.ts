import { describe, expect, it } from '@jest/globals';
import { readFields } from '../http/read-json.js';
import { eventsQuery, exportQuery } from './trail-fields.js';

describe('the type that a trail is asked for', () => {
  it.each(['request.completed', 'request.refused', 'key.created', 'audit-report.read'])('may be %s', (type) => {
    expect(readFields({ type }, eventsQuery).type).toBe(type);
    expect(readFields({ type }, exportQuery).type).toBe(type);
  });

  it.each([
    ['key.create', /what can be done to it is .*created.*revoked/],
    ['keys.created', /Things are .*\bkey\b/],
    ['request.done', /of its end, request\.completed/],
    ['key', /what can be done to it/],
    ['key.created.twice', /no entry has this type/],
    ['toString.created', /Things are/],
    ['', /there are request\.completed/],
  ])('is refused with the known ones where it is %s', (type, message) => {
    const refusal = expect.objectContaining({ status: 400, param: 'type', message: expect.stringMatching(message) });
    expect(() => readFields({ type }, eventsQuery)).toThrow(refusal);
    expect(() => readFields({ type }, exportQuery)).toThrow(refusal);
  });

  it('is not looked for where its parameter is misspelt', () => {
    expect(() => readFields({ tpye: 'key.created' }, eventsQuery)).toThrow(
      expect.objectContaining({ param: 'tpye', message: expect.stringMatching(/Known are organization, .*\btype\b/) }),
    );
  });
});
