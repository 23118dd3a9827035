import { describe, expect, it } from '@jest/globals';
import { laterWish } from './later-wish.js';

const wish = (headers: Record<string, string>) => laterWish((name) => headers[name]);

describe('laterWish', () => {
  it.each<[Record<string, string>, object | undefined]>([
    [{}, undefined],
    [{ prefer: 'return=minimal' }, undefined],
    [{ prefer: 'wait=10' }, undefined],
    [{ prefer: 'respond-async' }, { isPreference: true, waitSeconds: 0 }],
    [{ prefer: 'Respond-Async, wait=10' }, { isPreference: true, waitSeconds: 10 }],
    [{ prefer: 'wait="5"; x=1 , respond-async;y' }, { isPreference: true, waitSeconds: 5 }],
    [{ prefer: 'respond-async, wait=3600' }, { isPreference: true, waitSeconds: 60 }],
    [{ prefer: 'respond-async, wait=soon' }, { isPreference: true, waitSeconds: 0 }],
    [{ 'x-switchyard-run-at': '2026-12-01T06:00:00Z' }, { isPreference: false, runAt: Date.UTC(2026, 11, 1, 6) }],
    [{ 'x-switchyard-run-at': '2026-12-01T06:00+02:00' }, { isPreference: false, runAt: Date.UTC(2026, 11, 1, 4) }],
    [{ 'x-switchyard-run-at': ' ' }, undefined],
  ])('reads %j as %j', (headers, expected) => {
    if (expected) expect(wish(headers)).toMatchObject(expected);
    else expect(wish(headers)).toBeUndefined();
  });

  it.each(['tomorrow', '2026-12-01', '2026-12-01T06:00:00', '1796000000', '2026-13-01T00:00:00Z'])(
    'refuses the time %s, and names the header',
    (text) => {
      const read = (): unknown => wish({ 'x-switchyard-run-at': text });
      expect(read).toThrow(
        expect.objectContaining({ status: 400, code: 'invalid_run_at', param: 'x-switchyard-run-at' }),
      );
    },
  );
});
