const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The position after the blank line that ends the event beginning at `start`, or -1. Lines end in LF or CR LF. */
export function endOfEvent(buffer: Buffer, start: number): number {
  for (let feed = buffer.indexOf(LINE_FEED, start); feed >= 0; feed = buffer.indexOf(LINE_FEED, feed + 1)) {
    const next = buffer[feed + 1];
    if (next === LINE_FEED) return feed + 2;
    if (next === CARRIAGE_RETURN && buffer[feed + 2] === LINE_FEED) return feed + 3;
  }
  return -1;
}
