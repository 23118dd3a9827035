import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Dispatcher } from 'undici';
import { answerOf } from './answer-of.js';

/** A body as undici has it: let go before its end, it ends with an error. */
function unreadBody(): Readable {
  return new Readable({
    read: () => undefined,
    destroy: (error, callback) => callback(error ?? new Error('the request was aborted')),
  });
}

describe('answerOf', () => {
  it('refuses a compressed body and survives the end of it', async () => {
    const body = unreadBody();
    const response = { statusCode: 200, headers: { 'content-encoding': 'gzip' }, body };

    expect(() => answerOf(response as unknown as Dispatcher.ResponseData)).toThrow(
      expect.objectContaining({ errorClass: 'bad_answer', status: 200 }),
    );
    await new Promise<void>((resolve) => void body.once('close', resolve));
    expect(body.errored).toBeInstanceOf(Error);
  });
});
