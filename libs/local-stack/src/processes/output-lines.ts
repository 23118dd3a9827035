const LONGEST_LINE_BYTES = 64 * 1024;

/**
 * Cuts a byte stream into lines, whatever the chunks. A line longer than 64 KiB is handed on in pieces, so that a
 * child which never ends a line cannot fill our memory.
 */
export function outputLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = data.indexOf(0x0a); end >= 0; end = data.indexOf(0x0a)) {
      onLine(data.toString('utf8', 0, end));
      data = data.subarray(end + 1);
    }
    if (data.length > LONGEST_LINE_BYTES) {
      onLine(data.toString('utf8'));
      data = data.subarray(data.length);
    }
    rest = Buffer.from(data);
  };
}
