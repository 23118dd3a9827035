/** Entries from `start` up to but not including `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The root of a whole subtree: `2 ** level` entries, beginning at `index * 2 ** level`. */
export interface NodePlace {
  readonly level: number;
  readonly index: number;
}

/** The subtrees whose roots prove that an entry is in a log of this size (RFC 6962, 2.1.1), nearest first. */
export function inclusionRanges(index: number, size: number): Range[] {
  if (!(index >= 0 && index < size)) throw new RangeError(`entry ${index} is not in a log of ${size}`);
  return path(index, { start: 0, end: size });
}

function path(index: number, { start, end }: Range): Range[] {
  if (end - start === 1) return [];
  const middle = start + largestPowerBelow(end - start);
  const [left, right] = [
    { start, end: middle },
    { start: middle, end },
  ];
  return index < middle ? [...path(index, left), right] : [...path(index, right), left];
}

/** The subtrees whose roots prove that a log of size `to` goes on from what it was at size `from` (RFC 6962, 2.1.2). */
export function consistencyRanges(from: number, to: number): Range[] {
  if (!(from >= 0 && from <= to)) throw new RangeError(`a log of ${to} entries has never had ${from}`);
  if (from === 0 || from === to) return [];
  return subproof(from, { start: 0, end: to }, true);
}

function subproof(from: number, { start, end }: Range, isWhole: boolean): Range[] {
  if (from === end) return isWhole ? [] : [{ start, end }];
  const middle = start + largestPowerBelow(end - start);
  const [left, right] = [
    { start, end: middle },
    { start: middle, end },
  ];
  return from <= middle ? [...subproof(from, left, isWhole), right] : [...subproof(from, right, false), left];
}

/** The whole subtrees that a range consists of, in order; as many as its ends have bits. */
export function nodesOf({ start, end }: Range): NodePlace[] {
  const nodes: NodePlace[] = [];
  for (let position = start; position < end;) {
    let level = 0;
    while (position % 2 ** (level + 1) === 0 && position + 2 ** (level + 1) <= end) level += 1;
    nodes.push({ level, index: position / 2 ** level });
    position += 2 ** level;
  }
  return nodes;
}

function largestPowerBelow(count: number): number {
  return 2 ** Math.ceil(Math.log2(count) - 1);
}
