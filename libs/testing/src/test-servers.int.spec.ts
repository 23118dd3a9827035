import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createTestDatabase, type TestDatabase } from './postgres-for-tests.js';

describe('createTestDatabase', () => {
  const template = {
    name: 'testing_lib',
    build: async (url: string) => {
      const { Client } = await import('pg');
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query('CREATE TABLE parcel (id integer PRIMARY KEY)');
      await client.end();
    },
  };
  let first: TestDatabase;
  let second: TestDatabase;

  beforeAll(async () => {
    [first, second] = await Promise.all([createTestDatabase(template), createTestDatabase(template)]);
  });
  afterAll(async () => {
    await Promise.all([first.drop(), second.drop()]);
  });

  it('copies the template and keeps the copies apart', async () => {
    await first.query('INSERT INTO parcel VALUES ($1)', [1]);

    expect(await first.query('SELECT id FROM parcel')).toEqual([{ id: 1 }]);
    expect(await second.query('SELECT id FROM parcel')).toEqual([]);
  });

  it('gives an empty database when no template is named', async () => {
    const empty = await createTestDatabase();

    expect(await empty.query("SELECT * FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
    await empty.drop();
    const left = await first.query('SELECT datname FROM pg_database WHERE datname = $1', [empty.name]);
    expect(left).toEqual([]);
  });
});
