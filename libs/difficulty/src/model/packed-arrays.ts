/** How an array is stored: as floats, as bytes that it is made of, or each value rounded to a byte times a common step. */
export type Packing = 'float32' | 'bytes' | 'rounded';

interface Section {
  readonly name: string;
  readonly packing: Packing;
  readonly length: number;
  readonly at: number;
  /** Of rounded values: a value is `low` + `step` × byte. */
  readonly low: number;
  readonly step: number;
}

interface Header {
  readonly format: string;
  readonly facts: unknown;
  readonly sections: readonly Section[];
}

const FORMAT = 'switchyard-difficulty-1';
const LENGTH_BYTES = 4;

/** Thrown when bytes are not a difficulty model of this version: train again, or use the release that wrote them. */
export class UnreadableModel extends Error {
  readonly retryable = false;

  constructor(why: string, options?: ErrorOptions) {
    super(`This is no difficulty model that can be read: ${why}. Train it again with this version.`, options);
    this.name = 'UnreadableModel';
  }
}

/** Writes named arrays, with a JSON header before them: 4 bytes of its length (little-endian), the header, the arrays. */
export class ArrayPacker {
  private readonly sections: Section[] = [];
  private readonly parts: Uint8Array[] = [];
  private size = 0;

  add(name: string, values: ArrayLike<number>, packing: Packing): void {
    const { part, low, step } =
      packing === 'rounded' ? rounded(values) : { part: whole(values, packing), low: 0, step: 1 };
    this.sections.push({ name, packing, length: values.length, at: this.size, low, step });
    this.parts.push(part);
    this.size += part.length;
  }

  pack(facts: unknown): Uint8Array {
    const header = new TextEncoder().encode(JSON.stringify({ format: FORMAT, facts, sections: this.sections }));
    const bytes = new Uint8Array(LENGTH_BYTES + header.length + this.size);
    new DataView(bytes.buffer).setUint32(0, header.length, true);
    bytes.set(header, LENGTH_BYTES);
    let at = LENGTH_BYTES + header.length;
    for (const part of this.parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}

/** Reads what an `ArrayPacker` wrote. Throws `UnreadableModel`. */
export class ArrayUnpacker {
  readonly facts: unknown;
  private readonly sections: ReadonlyMap<string, Section>;
  private readonly body: Uint8Array;

  constructor(bytes: Uint8Array) {
    if (bytes.length < LENGTH_BYTES) throw new UnreadableModel('it is empty');
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const header = readHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
    this.facts = header.facts;
    this.sections = new Map(header.sections.map((section) => [section.name, section]));
    this.body = bytes.subarray(LENGTH_BYTES + length);
  }

  floats(name: string): Float32Array {
    const { section, part } = this.find(name);
    if (section.packing === 'rounded') return Float32Array.from(part, (byte) => section.low + section.step * byte);
    // Copied, since floats must begin at a multiple of four bytes; `slice` would not copy where the bytes are a Buffer.
    return new Float32Array(new Uint8Array(part).buffer);
  }

  bytes(name: string): Uint8Array {
    return this.find(name).part;
  }

  private find(name: string): { section: Section; part: Uint8Array } {
    const section = this.sections.get(name);
    if (section === undefined) throw new UnreadableModel(`its part "${name}" is missing`);
    const size = section.packing === 'float32' ? 4 * section.length : section.length;
    const part = this.body.subarray(section.at, section.at + size);
    if (part.length !== size) throw new UnreadableModel(`its part "${name}" is cut short`);
    return { section, part };
  }
}

function readHeader(bytes: Uint8Array): Header {
  let header: Header;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes)) as Header;
  } catch (cause) {
    throw new UnreadableModel('its header is not JSON', { cause });
  }
  if (header.format !== FORMAT) throw new UnreadableModel(`its format is ${header.format}, not ${FORMAT}`);
  return header;
}

function rounded(values: ArrayLike<number>): { part: Uint8Array; low: number; step: number } {
  let low = Infinity;
  let high = -Infinity;
  for (let index = 0; index < values.length; index++) {
    low = Math.min(low, values[index]!);
    high = Math.max(high, values[index]!);
  }
  const step = high > low ? (high - low) / 255 : 1;
  return { part: Uint8Array.from(values, (value) => Math.round((value - low) / step)), low, step };
}

function whole(values: ArrayLike<number>, packing: Packing): Uint8Array {
  return packing === 'bytes' ? Uint8Array.from(values) : new Uint8Array(Float32Array.from(values).buffer);
}
