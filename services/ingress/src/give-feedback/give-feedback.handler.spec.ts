import { describe, expect, it } from '@jest/globals';
import { QueryRefused, type Messaging } from '#libs/messaging';
import { newRequestId } from '../http/request-id.js';
import { GiveFeedbackHandler } from './give-feedback.handler.js';

const caller = { organization: 'demo', project: 'default', key: 'ci', admin: false };
const missing = new QueryRefused({ status: 404, code: 'request_not_found', message: 'none', param: 'request_id' });

function handlerWith(missingTimes: number): { handler: GiveFeedbackHandler; asked: () => number } {
  let asked = 0;
  const messaging = {
    ask: async (_subject: string, { requestId, score }: { requestId: string; score: number }) => {
      if (asked++ < missingTimes) throw missing;
      return { feedback: { requestId, score, at: 1 } };
    },
  } as unknown as Messaging;
  return { handler: new GiveFeedbackHandler(messaging), asked: () => asked };
}

describe('GiveFeedbackHandler', () => {
  it('waits for the record of a request that has just been answered', async () => {
    const { handler, asked } = handlerWith(1);
    const requestId = newRequestId();
    expect(await handler.handle({ caller, requestId, score: 1 })).toEqual({ requestId, score: 1, at: 1 });
    expect(asked()).toBe(2);
  });

  it('does not wait for a request that nobody made lately', async () => {
    const { handler, asked } = handlerWith(1);
    await expect(handler.handle({ caller, requestId: 'req_unknown00', score: 1 })).rejects.toBe(missing);
    expect(asked()).toBe(1);
  });
});
