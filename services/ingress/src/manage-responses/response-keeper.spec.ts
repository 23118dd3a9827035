import { describe, expect, it } from '@jest/globals';
import type { Caller, ResponseKeeping } from '#libs/contracts';
import type { BodyClaims, Messaging } from '#libs/messaging';
import { ResponseKeeper } from './response-keeper.js';

const finished = { id: 'resp_1', output: [], store: false };
const request = {
  requestId: 'req_0123',
  caller: { organization: 'demo', project: 'default', key: 'ci', admin: false } as Caller,
  previousResponseId: undefined,
  input: [],
};

/** A keeper whose jobs service answers as told, and what that was asked to keep. */
function keeperWith(...answers: readonly ResponseKeeping[]) {
  const asked: string[] = [];
  const ask = async (_subject: string, { stored }: { stored: { inline?: unknown } }) => {
    asked.push(JSON.stringify(stored));
    return { id: 'any', keeping: answers[asked.length - 1] };
  };
  return { asked, keeper: new ResponseKeeper({ ask } as unknown as Messaging, {} as BodyClaims) };
}

describe('ResponseKeeper', () => {
  it('gives a response as it is kept', async () => {
    const { keeper } = keeperWith('kept');
    expect(await keeper.keep(finished, request)).toEqual({
      response: { ...finished, store: true, previous_response_id: null },
    });
  });

  it('says of a response that is too large that it is not kept', async () => {
    const { keeper } = keeperWith('too_large');
    expect(await keeper.keep(finished, request)).toMatchObject({
      response: { id: 'resp_1', store: false },
      warning: expect.stringContaining('not kept'),
    });
  });

  it('keeps a response whose id the project has already under an id of our own, and says so', async () => {
    const { asked, keeper } = keeperWith('id_taken', 'kept');
    expect(await keeper.keep(finished, request)).toMatchObject({
      response: { id: 'resp_0123', store: true },
      warning: expect.stringContaining('another id'),
    });
    expect(asked.map((stored) => /resp_\w+/.exec(stored)?.[0])).toEqual(['resp_1', 'resp_0123']);
  });

  it('keeps a response that was given before under an id of our own at once', async () => {
    const { asked, keeper } = keeperWith('kept');
    expect(await keeper.keep(finished, { ...request, isRepeat: true })).toEqual({
      response: expect.objectContaining({ id: 'resp_0123', store: true }),
    });
    expect(asked).toHaveLength(1);
  });
});
