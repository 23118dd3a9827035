/** The little of ASN.1's distinguished encoding (X.690) that a certificate is written in. */
export const Der = {
  sequence: (...parts: readonly Buffer[]): Buffer => wrap(0x30, ...parts),
  set: (...parts: readonly Buffer[]): Buffer => wrap(0x31, ...parts),
  octets: (content: Buffer): Buffer => wrap(0x04, content),
  text: (value: string): Buffer => wrap(0x0c, Buffer.from(value, 'utf8')),
  yes: (): Buffer => wrap(0x01, Buffer.of(0xff)),
  /** `number` is of whole bytes, the first below 0x80. */
  integer: (number: Buffer): Buffer => wrap(0x02, number),
  bits: (content: Buffer, unused = 0): Buffer => wrap(0x03, Buffer.of(unused), content),
  /** A field of its own number: `isWhole` wraps a value, otherwise the content is of a simple type. */
  field: (number: number, content: Buffer, isWhole = false): Buffer => wrap((isWhole ? 0xa0 : 0x80) | number, content),
  time: (moment: Date): Buffer => {
    const digits = moment.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
    // Years up to 2049 are written with two digits (RFC 5280, 4.1.2.5).
    return moment.getUTCFullYear() < 2050 ? wrap(0x17, Buffer.from(digits.slice(2))) : wrap(0x18, Buffer.from(digits));
  },
  identifier: (dotted: string): Buffer => {
    const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
    return wrap(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
  },
} as const;

function wrap(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes = [];
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return Buffer.of(0x80 | bytes.length, ...bytes);
}

function base128(number: number): number[] {
  const digits = [number & 0x7f];
  for (let rest = number >>> 7; rest > 0; rest >>>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}
