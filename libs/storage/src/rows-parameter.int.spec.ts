import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  array,
  assert,
  asyncProperty,
  bigInt,
  boolean,
  integer,
  maxSafeInteger,
  option,
  record,
  string,
} from 'fast-check';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { RowsParameter } from './rows-parameter.js';
import { storableText } from './storable-text.js';

interface Parcel {
  readonly name: string | null;
  readonly count: number | null;
  readonly weight: bigint | null;
  readonly size: number | null;
  readonly isSent: boolean | null;
  readonly facts: string | null;
  readonly sentAt: number | null;
  readonly day: number | null;
  readonly bytes: string | null;
}

const DAY = 24 * 60 * 60_000;
const PARCELS = new RowsParameter<Parcel>([
  ['name', 'text', (parcel) => parcel.name],
  ['count', 'integer', (parcel) => parcel.count],
  ['weight', 'bigint', (parcel) => parcel.weight],
  ['size', 'bigint', (parcel) => parcel.size],
  ['is_sent', 'boolean', (parcel) => parcel.isSent],
  ['facts', 'jsonb', (parcel) => parcel.facts],
  ['sent_at', 'timestamptz', (parcel) => parcel.sentAt],
  ['day', 'date', (parcel) => parcel.day],
  ['bytes', 'bytea', (parcel) => (parcel.bytes === null ? null : Buffer.from(parcel.bytes, 'hex'))],
]);
const READ = `SELECT name, count, weight::text, size::text, is_sent AS "isSent", facts, encode(bytes, 'hex') AS bytes,
  (extract(epoch FROM sent_at) * 1000)::text AS "sentAt", day::text FROM ${PARCELS.source('parcel', 2)} WHERE $1::boolean`;

describe('rows as a parameter', () => {
  let server: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    server = await createTestDatabase();
    client = new Client({ connectionString: server.url });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await server.drop();
  });

  it('arrive as they were given, whatever is in them', async () => {
    const text = string({ unit: 'grapheme' }).map(storableText);
    const parcels = array(
      record({
        name: option(text),
        count: option(integer()),
        weight: option(bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
        size: option(maxSafeInteger()),
        isSent: option(boolean()),
        facts: option(text.map((value) => JSON.stringify({ value: value.replaceAll('\0', '') }))),
        sentAt: option(integer({ min: -DAY * 20_000, max: DAY * 80_000 })),
        day: option(integer({ min: -20_000, max: 80_000 }).map((day) => day * DAY)),
        bytes: option(string({ unit: 'binary-ascii' }).map((value) => Buffer.from(value).toString('hex'))),
      }),
      { maxLength: 20 },
    );
    await assert(
      asyncProperty(parcels, async (rows) => {
        const { rows: read } = await client.query(READ, [true, ...PARCELS.values(rows)]);
        expect(read).toEqual(
          rows.map((parcel) => ({
            ...parcel,
            weight: parcel.weight?.toString() ?? null,
            size: parcel.size?.toString() ?? null,
            facts: parcel.facts === null ? null : JSON.parse(parcel.facts),
            sentAt: parcel.sentAt === null ? null : `${parcel.sentAt}.000000`,
            day: parcel.day === null ? null : new Date(parcel.day).toISOString().slice(0, 10),
          })),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('are refused where a number is not whole or not certain', () => {
    const parcel = { name: '', count: 0, weight: 0n, isSent: true, facts: null, sentAt: 0, day: 0, bytes: null };
    expect(() => PARCELS.values([{ ...parcel, size: 1.5 }])).toThrow(RangeError);
    expect(() => PARCELS.values([{ ...parcel, size: 2 ** 60 }])).toThrow(RangeError);
  });
});
