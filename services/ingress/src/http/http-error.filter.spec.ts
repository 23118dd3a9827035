import { describe, expect, it, jest } from '@jest/globals';
import { NotFoundException, type ArgumentsHost } from '@nestjs/common';
import type { Logger } from '#libs/telemetry';
import type { TrailTally } from '../note-refusals/trail-tally.js';
import type { IdempotentRequests } from '../repeat-request/idempotent-requests.js';
import { HttpErrorFilter } from './http-error.filter.js';

function caught(
  errored: Error | null,
  { url = '/v1/files', error = new Error('broken') }: { url?: string; error?: Error } = {},
): { warnings: number; status: number; message: string } {
  const warn = jest.fn();
  const status = jest.fn();
  const send = jest.fn();
  const reply = { raw: { headersSent: false }, status, type: () => reply, send };
  status.mockReturnValue(reply);
  const request = { id: 'req_1', method: 'POST', url, headers: {}, raw: { errored } };
  const host = { switchToHttp: () => ({ getResponse: () => reply, getRequest: () => request }) };
  new HttpErrorFilter(
    { warn } as unknown as Logger,
    { refused: () => undefined } as unknown as IdempotentRequests,
    { refused: () => undefined } as unknown as TrailTally,
  ).catch(error, host as unknown as ArgumentsHost);
  const { message } = (JSON.parse(String(send.mock.calls[0]?.[0])) as { error: { message: string } }).error;
  return { warnings: warn.mock.calls.length, status: status.mock.calls[0]?.[0] as number, message };
}

describe('HttpErrorFilter', () => {
  it('logs a failure of our own', () => {
    expect(caught(null)).toMatchObject({ warnings: 1, status: 500 });
  });

  it.each([
    ['/chat/completions', "Did you mean /v1/chat/completions? The base URL of OpenAI's clients ends with /v1."],
    ['/v1/v1/messages', "The path has /v1 twice: the base URL of Anthropic's clients goes without it."],
    ['/v1/nothing', 'Unknown request URL: POST /v1/nothing.'],
  ])('tells who asks at %s what is wrong with the address', (url, hint) => {
    expect(caught(null, { url, error: new NotFoundException() }).message).toMatch(
      new RegExp(`${hint.replaceAll('?', '[?]')}$`),
    );
  });

  it('does not log a caller who left while sending as one', () => {
    expect(caught(new Error('aborted')).warnings).toBe(0);
  });
});
