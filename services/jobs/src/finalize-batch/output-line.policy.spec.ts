import { describe, expect, it } from '@jest/globals';
import { outputLine, type ResultToWrite } from './output-line.policy.js';

const result: ResultToWrite = {
  line: 7,
  customId: 'my "id"',
  requestId: 'req_0123456789_7',
  outcome: 'completed',
  statusCode: 200,
  answer: '{"n": 1.0,"n":2}',
  errorCode: null,
  errorMessage: null,
};
const write = (overrides: Partial<ResultToWrite> = {}) => outputLine('batch_0123456789', { ...result, ...overrides });

describe('outputLine', () => {
  it('embeds the bytes of an answer untouched', () => {
    expect(write()).toBe(
      '{"id":"batch_req_0123456789_7","custom_id":"my \\"id\\"","response":{"status_code":200,"request_id":"req_0123456789_7","body":{"n": 1.0,"n":2}},"error":null}\n',
    );
  });

  it('keeps a pretty-printed answer on one line', () => {
    const answer = JSON.stringify({ text: 'two\nlines', list: [1] }, undefined, 2).replaceAll('\n', '\r\n');
    const line = write({ answer });

    expect(line.trimEnd()).not.toMatch(/[\r\n]/);
    expect(JSON.parse(line)).toMatchObject({ response: { body: { text: 'two\nlines', list: [1] } } });
  });

  it('embeds what is no JSON as a string, so that no line is torn', () => {
    const line = write({ answer: '<html>\n"oops"', outcome: 'failed', statusCode: 502 });

    expect(JSON.parse(line)).toMatchObject({ response: { status_code: 502, body: '<html>\n"oops"' } });
  });

  it('writes a failure without an answer as an error body', () => {
    const line = write({
      answer: null,
      outcome: 'failed',
      statusCode: 429,
      errorCode: 'rate_limit',
      errorMessage: 'Too many',
    });

    expect(JSON.parse(line)).toMatchObject({
      response: {
        status_code: 429,
        body: { error: { message: 'Too many', type: 'invalid_request_error', param: null, code: 'rate_limit' } },
      },
      error: null,
    });
  });

  it('writes a line that nobody answered in time as request_timeout, without a response', () => {
    const timedOut = { answer: null, outcome: 'failed', statusCode: 504, errorCode: 'provider_timeout' };

    expect(JSON.parse(write({ ...timedOut, errorMessage: 'Too slow.' }))).toMatchObject({
      response: null,
      error: { code: 'request_timeout', message: 'Too slow.' },
    });
  });

  it.each(['batch_cancelled', 'batch_expired'])('writes an unfinished line as %s, without a response', (errorCode) => {
    const line = write({ answer: null, outcome: errorCode.slice(6), statusCode: null, errorCode });

    expect(JSON.parse(line)).toMatchObject({ custom_id: 'my "id"', response: null, error: { code: errorCode } });
  });
});
