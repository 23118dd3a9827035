import { describe, expect, it } from '@jest/globals';
import { MessagingError } from '../messaging-error.js';
import { QueryRefused } from '../query-refused.js';
import { refusalOf } from './refusal-of.js';

const told = { status: 404, code: 'unknown_job', message: 'No such job.' };

describe('what the asker of a query is told', () => {
  it.each([
    ['a refusal, as it is', new QueryRefused(told), told],
    ['a store that is away', new MessagingError('unavailable', 'x'), { status: 503, code: 'temporarily_unavailable' }],
    ['a claim that is not kept', new MessagingError('gone', 'x'), { status: 503, code: 'body_unavailable' }],
    ['a value that is none', Object.assign(new Error('x'), { code: '22P02' }), { status: 400, code: 'invalid_query' }],
    ['anything else, nothing of it', new Error('secret'), { status: 500, code: 'internal_error' }],
  ])('of %s', (_what, error, expected) => {
    expect(refusalOf(error)).toMatchObject(expected);
    expect(JSON.stringify(refusalOf(error))).not.toContain('secret');
  });
});
