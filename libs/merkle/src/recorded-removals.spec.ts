import { describe, expect, it } from '@jest/globals';
import { RecordedRemovals } from './recorded-removals.js';

const record = (detail: object) => ({
  type: 'audit-trail.removed',
  body: JSON.stringify({ type: 'audit-trail.removed', detail }),
});
const month = (partition: string, first: number, last: number) => record({ partition, first, last });
const nothing = { unrecorded: [], unproved: [], exceeded: [] };

describe('recorded removals', () => {
  it('explain what is gone, whole months and classes of others, an attempt that was repeated once', () => {
    const removals = new RecordedRemovals();
    removals.takeGone({ from: 0, until: 10 });
    removals.takeGone({ from: 10, until: 25 });
    for (const from of [30, 32, 35]) removals.takeGone({ from, until: from + 1 });
    removals.take(month('one', 0, 9));
    removals.take(month('two', 10, 24));
    const classes = { partition: 'three', classes: ['short'], first: 30, last: 35, entries: 3 };
    removals.take(record(classes));
    removals.take(record(classes));
    expect(removals.findings()).toEqual(nothing);
    removals.takeGone({ from: 34, until: 35 });
    expect(removals.findings().exceeded).toMatchObject([{ first: 30, gone: 4, entries: 3 }]);
  });

  it('leave the parts that nothing records, and take no other entry for a record', () => {
    const removals = new RecordedRemovals();
    removals.takeGone({ from: 0, until: 20 });
    removals.takeGone({ from: 30, until: 40 });
    removals.take({ ...month('one', 0, 39), type: 'key.created' });
    removals.take({
      type: 'audit-trail.removed',
      body: JSON.stringify({ type: 'other.thing', detail: { first: 0, last: 39 } }),
    });
    expect(removals.findings().unrecorded).toEqual([
      { from: 0, until: 20 },
      { from: 30, until: 40 },
    ]);
    removals.take(month('one', 5, 9));
    expect(removals.findings().unrecorded).toEqual([
      { from: 10, until: 20 },
      { from: 30, until: 40 },
    ]);
  });

  it('may themselves be removed, or hidden, behind what they told of', () => {
    const removals = new RecordedRemovals();
    removals.takeGone({ from: 0, until: 20 });
    removals.take(month('two', 10, 19));
    expect(removals.findings()).toMatchObject({ unrecorded: [], unproved: [{ from: 0, until: 10 }] });
    removals.takeGone({ from: 30, until: 40 });
    expect(removals.findings().unrecorded).toEqual([{ from: 30, until: 40 }]);
    removals.takeHidden({ from: 50, until: 60 });
    expect(removals.findings().unrecorded).toEqual([]);
  });
});
