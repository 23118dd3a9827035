import { describe, expect, it } from '@jest/globals';
import type { Facts, Snapshot } from '#libs/contracts';
import type { KeyBucket, SnapshotWatch } from '#libs/messaging';
import type { ServiceLogger } from '#libs/runtime';
import type { ModelTargets } from '../dispatch-work/model-targets.js';
import { LikelyRoutes } from './likely-routes.js';

const snapshot = { revision: 1, providers: [], models: [], keys: [], organizations: [] } as unknown as Snapshot;
const facts = { requestId: 'req_0123456789', model: 'gpt-small', withheldProviders: ['toy'] } as unknown as Facts;

describe('where a request is likely to go', () => {
  it('is nowhere where planning fails, and nothing is held back for that: the router says what is wrong', async () => {
    const errors: object[] = [];
    const watch = { onChange: (listener: (known: Snapshot) => void) => listener(snapshot) };
    const targets = {
      live: () => {
        throw new TypeError('a defect');
      },
    };
    const routes = new LikelyRoutes(
      watch as unknown as SnapshotWatch,
      { onNameChange: () => undefined } as unknown as KeyBucket,
      targets as unknown as ModelTargets,
      { error: (about: object) => void errors.push(about) } as unknown as ServiceLogger,
    );

    expect(routes.of(facts, false)).toBeUndefined();
    const rests: object[] = [];
    const gone: unknown[] = [];
    for await (const one of routes.unpaused([facts], (why) => void rests.push(why))) gone.push(one);
    expect(gone).toEqual([facts]);
    expect(rests).toEqual([]);
    expect(errors[0]).toMatchObject({ requestId: facts.requestId, error: { message: 'a defect' } });
  });
});
