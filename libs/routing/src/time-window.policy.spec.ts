import { describe, expect, it } from '@jest/globals';
import { localTime } from './local-time.js';
import { isWithin } from './time-window.policy.js';

const at = (moment: string): number => Date.parse(moment);

describe('localTime', () => {
  it.each([
    ['2026-03-29T00:59:30Z', { hour: 1, minute: 59, weekday: 7, date: '2026-03-29' }],
    ['2026-03-29T01:00:00Z', { hour: 3, minute: 0, weekday: 7, date: '2026-03-29' }],
    ['2026-12-31T23:30:00Z', { hour: 0, minute: 30, weekday: 5, date: '2027-01-01' }],
  ])('tells the time of Berlin at %s', (moment, time) => {
    expect(localTime(at(moment), 'Europe/Berlin')).toEqual(time);
  });

  it('tells zones and minutes apart, asked in turn', () => {
    const moment = at('2026-06-01T12:00:00Z');
    const hours = [0, 60_000, 0].map((later) =>
      ['UTC', 'Asia/Kolkata'].map((zone) => {
        const time = localTime(moment + later, zone);
        return `${time?.hour}:${time?.minute}`;
      }),
    );
    expect(hours).toEqual([
      ['12:0', '17:30'],
      ['12:1', '17:31'],
      ['12:0', '17:30'],
    ]);
  });

  it('knows no time of a zone that does not exist', () => {
    expect(localTime(0, 'Europe/Atlantis')).toBeUndefined();
  });
});

describe('isWithin', () => {
  const night = { timeZone: 'UTC', fromMinute: 22 * 60, toMinute: 6 * 60 };
  it.each([
    ['the first minute', { timeZone: 'UTC', fromMinute: 600, toMinute: 660 }, '2026-06-01T10:00:00Z', true],
    ['the minute after the last', { timeZone: 'UTC', fromMinute: 600, toMinute: 660 }, '2026-06-01T11:00:00Z', false],
    ['the day of another zone', { timeZone: 'Asia/Tokyo', weekdays: [2] }, '2026-06-01T16:00:00Z', true],
    ['another weekday', { timeZone: 'UTC', weekdays: [1] }, '2026-06-02T16:00:00Z', false],
    ['late in the evening', night, '2026-06-01T23:00:00Z', true],
    ['early in the morning', night, '2026-06-01T05:59:00Z', true],
    ['the day between two nights', night, '2026-06-01T12:00:00Z', false],
    ['the morning after a night of Friday', { ...night, weekdays: [5] }, '2026-06-06T05:00:00Z', true],
    ['the morning before a night of Friday', { ...night, weekdays: [5] }, '2026-06-05T05:00:00Z', false],
    ['the morning of Monday, of the night of Sunday', { ...night, weekdays: [7] }, '2026-06-01T05:00:00Z', true],
    ['a zone that does not exist', { timeZone: 'Europe/Atlantis' }, '2026-06-01T05:00:00Z', false],
  ])('decides on %s', (_what, window, moment, expected) => {
    expect(isWithin(window, at(moment))).toBe(expected);
  });
});
