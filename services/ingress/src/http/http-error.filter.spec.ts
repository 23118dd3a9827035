import { describe, expect, it, jest } from '@jest/globals';
import type { ArgumentsHost } from '@nestjs/common';
import type { Logger } from '#libs/telemetry';
import type { TrailTally } from '../note-refusals/trail-tally.js';
import type { IdempotentRequests } from '../repeat-request/idempotent-requests.js';
import { HttpErrorFilter } from './http-error.filter.js';

function caught(errored: Error | null): { warnings: number; status: number } {
  const warn = jest.fn();
  const status = jest.fn();
  const reply = { raw: { headersSent: false }, status, type: () => reply, send: () => reply };
  status.mockReturnValue(reply);
  const request = { id: 'req_1', method: 'POST', url: '/v1/files', headers: {}, raw: { errored } };
  const host = { switchToHttp: () => ({ getResponse: () => reply, getRequest: () => request }) };
  new HttpErrorFilter(
    { warn } as unknown as Logger,
    { refused: () => undefined } as unknown as IdempotentRequests,
    { refused: () => undefined } as unknown as TrailTally,
  ).catch(new Error('broken'), host as unknown as ArgumentsHost);
  return { warnings: warn.mock.calls.length, status: status.mock.calls[0]?.[0] as number };
}

describe('HttpErrorFilter', () => {
  it('logs a failure of our own', () => {
    expect(caught(null)).toEqual({ warnings: 1, status: 500 });
  });

  it('does not log a caller who left while sending as one', () => {
    expect(caught(new Error('aborted')).warnings).toBe(0);
  });
});
