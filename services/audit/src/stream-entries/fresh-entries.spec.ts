import { describe, expect, it } from '@jest/globals';
import { FreshEntries, type FollowedEntry } from './fresh-entries.js';

const entry = (organization: string, sequence: number, body = `${sequence}`): FollowedEntry => ({
  organization,
  sequence,
  type: 'request.completed',
  recordedAt: new Date(0),
  body,
});
const stretch = (organization: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => entry(organization, from + index));
const sequences = (entries: readonly FollowedEntry[]) => entries.map(({ sequence }) => sequence);

describe('entries that were just recorded', () => {
  it('are given from where they are asked for, of each log its own', () => {
    const fresh = new FreshEntries();
    fresh.add([...stretch('one', 5, 8), ...stretch('other', 0, 2)]);
    fresh.add(stretch('one', 8, 10));
    expect(sequences(fresh.from('one', 5, 3))).toEqual([5, 6, 7]);
    expect(sequences(fresh.from('one', 7, 10))).toEqual([7, 8, 9]);
    expect(sequences(fresh.from('other', 0, 10))).toEqual([0, 1]);
    expect(fresh.from('one', 4, 10)).toEqual([]);
    expect(fresh.from('one', 10, 10)).toEqual([]);
    expect(fresh.from('none', 0, 10)).toEqual([]);
  });

  it('stay until they are not asked for any more', () => {
    const fresh = new FreshEntries();
    fresh.add(stretch('one', 5, 9));
    fresh.forget('one', 7);
    expect(fresh.from('one', 6, 10)).toEqual([]);
    expect(sequences(fresh.from('one', 7, 10))).toEqual([7, 8]);
    fresh.forget('one', 9);
    expect(fresh.from('one', 8, 10)).toEqual([]);
  });

  it('have no gaps where another process recorded between them', () => {
    const fresh = new FreshEntries();
    fresh.add(stretch('one', 0, 3));
    fresh.add(stretch('one', 5, 7));
    expect(fresh.from('one', 0, 10)).toEqual([]);
    expect(sequences(fresh.from('one', 5, 10))).toEqual([5, 6]);
  });

  it('are forgotten where more wait than may be held', () => {
    const fresh = new FreshEntries();
    const large = 'x'.repeat(9 * 1024 ** 2);
    fresh.add([entry('one', 0, large)]);
    expect(fresh.from('one', 0, 10)).toHaveLength(1);
    fresh.add([entry('one', 1, large)]);
    expect(fresh.from('one', 0, 10)).toEqual([]);
    fresh.add([entry('one', 2, large)]);
    expect(sequences(fresh.from('one', 2, 10))).toEqual([2]);
  });
});
