import { describe, expect, it } from '@jest/globals';
import { besideCallers, durableRoom, MOST_DURABLE_CALLS } from './durable-room.policy.js';

describe('the room of the durable lane', () => {
  it('is whole while no caller was here lately, whatever it was beside callers', () => {
    expect(durableRoom({ waitingCallers: 0, hadCallersLately: false, beside: 8 })).toBe(MOST_DURABLE_CALLS);
  });

  it('is what leaves the process on time while callers are here', () => {
    expect(durableRoom({ waitingCallers: 3, hadCallersLately: true, beside: 40 })).toBe(40);
  });

  it('gives way one for one to many callers, down to none', () => {
    expect(durableRoom({ waitingCallers: 164, hadCallersLately: true, beside: 512 })).toBe(412);
    expect(durableRoom({ waitingCallers: 900, hadCallersLately: true, beside: 512 })).toBe(0);
  });

  it('falls fast when the process or its callers are late and rises slowly when they are not, within bounds', () => {
    expect(besideCallers(100, { late: 20, callersDelayed: 0 })).toBe(70);
    expect(besideCallers(100, { late: 0, callersDelayed: 9 })).toBe(70);
    expect(besideCallers(100, { late: 1, callersDelayed: 2 })).toBe(101);
    expect(besideCallers(4, { late: 50, callersDelayed: 50 })).toBe(4);
    expect(besideCallers(MOST_DURABLE_CALLS, { late: 0, callersDelayed: 0 })).toBe(MOST_DURABLE_CALLS);
  });
});
