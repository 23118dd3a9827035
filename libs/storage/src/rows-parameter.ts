/** What a column may hold, by the name of its type in Postgres. */
interface Values {
  text: string;
  integer: number;
  bigint: number | bigint;
  boolean: boolean;
  /** JSON text. */
  jsonb: string;
  /** Epoch milliseconds. */
  timestamptz: number;
  /** Epoch milliseconds at a midnight UTC. */
  date: number;
  bytea: Uint8Array;
}

/** A column of rows that a statement is given: its name, its type, and where its value comes from. */
export type RowsColumn<Row> = {
  readonly [Type in keyof Values]: readonly [
    name: string,
    type: Type,
    read: (row: Row) => Values[Type] | null | undefined,
  ];
}[keyof Values];

/**
 * Rows as parameters of a statement: an array for each column, in Postgres' binary form. A server reads these several times faster
 * than JSON or the text of arrays, and nothing is escaped on the way.
 */
export class RowsParameter<Row> {
  /** The names of the columns, as a list of columns in SQL. */
  readonly names: string;

  constructor(private readonly columns: readonly RowsColumn<Row>[]) {
    this.names = columns.map(([name]) => name).join(', ');
  }

  /** How many parameters it takes. */
  get width(): number {
    return this.columns.length;
  }

  /** The rows as a source for FROM, with this alias; its parameters begin at number `first`. */
  source(alias: string, first: number): string {
    const arrays = this.columns.map(([, type], index) => `$${first + index}::${type}[]`);
    return `unnest(${arrays.join(', ')}) AS ${alias}(${this.names})`;
  }

  /** The parameters. */
  values(rows: readonly Row[]): Buffer[] {
    return this.columns.map((column) => arrayOf(column, rows));
  }
}

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL = -1;
const JSONB_VERSION = 1;
const POSTGRES_EPOCH_MILLISECONDS = Date.UTC(2000, 0, 1);
const DAY_MILLISECONDS = 24 * 60 * 60_000;
const TWO_TO_THE_32 = 2 ** 32;

/** Numbers of the element types, and their bytes where these are always the same. */
const TYPES = {
  text: { oid: 25 },
  integer: { oid: 23, bytes: 4 },
  bigint: { oid: 20, bytes: 8 },
  boolean: { oid: 16, bytes: 1 },
  jsonb: { oid: 3802 },
  timestamptz: { oid: 1184, bytes: 8 },
  date: { oid: 1082, bytes: 4 },
  bytea: { oid: 17 },
} as const;

/** As `array_recv` reads it: dimensions, whether there are nulls, the type, length and lowest index; then length and bytes of each. */
function arrayOf<Row>(column: RowsColumn<Row>, rows: readonly Row[]): Buffer {
  const type = column[1];
  if (rows.length === 0) return headerOf(Buffer.alloc(12), { oid: TYPES[type].oid, count: 0, hasNull: false });
  if (type === 'text' || type === 'jsonb' || type === 'bytea') return variable(column, rows);
  const { oid, bytes } = TYPES[type];
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + rows.length * (LENGTH_BYTES + bytes));
  let at = HEADER_BYTES;
  let hasNull = false;
  for (const row of rows) {
    const value = column[2](row);
    if (value === null || value === undefined) {
      at = buffer.writeInt32BE(NULL, at);
      hasNull = true;
      continue;
    }
    at = writeFixed(buffer, buffer.writeInt32BE(bytes, at), type, value);
  }
  return headerOf(buffer.subarray(0, at), { oid, count: rows.length, hasNull });
}

function writeFixed(
  buffer: Buffer,
  at: number,
  type: 'integer' | 'bigint' | 'boolean' | 'timestamptz' | 'date',
  value: number | bigint | boolean,
): number {
  if (typeof value === 'bigint') return buffer.writeBigInt64BE(value, at);
  if (typeof value === 'boolean') return buffer.writeUInt8(value ? 1 : 0, at);
  if (type === 'integer') return buffer.writeInt32BE(value, at);
  if (type === 'date')
    return buffer.writeInt32BE(Math.floor((value - POSTGRES_EPOCH_MILLISECONDS) / DAY_MILLISECONDS), at);
  return writeInt64(buffer, type === 'bigint' ? value : Math.round((value - POSTGRES_EPOCH_MILLISECONDS) * 1000), at);
}

/** Without a BigInt, which costs several times as much. */
function writeInt64(buffer: Buffer, value: number, at: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no whole number that a column can be sure of`);
  return buffer.writeUInt32BE(value >>> 0, buffer.writeInt32BE(Math.floor(value / TWO_TO_THE_32), at));
}

function variable<Row>(column: RowsColumn<Row>, rows: readonly Row[]): Buffer {
  const [, type, read] = column;
  const isJson = type === 'jsonb';
  let size = HEADER_BYTES;
  let hasNull = false;
  const values = rows.map((row) => {
    const value = read(row) as string | Uint8Array | null | undefined;
    size += LENGTH_BYTES;
    if (value === null || value === undefined) hasNull = true;
    // Never more than three bytes for each unit of UTF-16.
    else size += (typeof value === 'string' ? value.length * 3 : value.length) + 1;
    return value;
  });
  const buffer = Buffer.allocUnsafe(size);
  let at = HEADER_BYTES;
  for (const value of values) {
    if (value === null || value === undefined) {
      at = buffer.writeInt32BE(NULL, at);
      continue;
    }
    const start = isJson ? buffer.writeUInt8(JSONB_VERSION, at + LENGTH_BYTES) : at + LENGTH_BYTES;
    const end = start + (typeof value === 'string' ? buffer.write(value, start, 'utf8') : copy(value, buffer, start));
    buffer.writeInt32BE(end - at - LENGTH_BYTES, at);
    at = end;
  }
  return headerOf(buffer.subarray(0, at), { oid: TYPES[column[1]].oid, count: rows.length, hasNull });
}

function copy(bytes: Uint8Array, into: Buffer, at: number): number {
  into.set(bytes, at);
  return bytes.length;
}

function headerOf(buffer: Buffer, { oid, count, hasNull }: { oid: number; count: number; hasNull: boolean }): Buffer {
  buffer.writeInt32BE(count === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(hasNull ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  if (count === 0) return buffer;
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}
