import { describe, expect, it } from '@jest/globals';

import { Database } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import { createTestDatabase } from '#libs/testing';

import { controlSchema } from '../control.schema.js';
import { NumberKeysOfAName1764900000000 } from './7-number-keys-of-a-name.js';

const ADD = `
INSERT INTO control.keys (id, organization, project, name, hash, hint, bounds, created_by, created_at, version)
SELECT id, 'acme', project, name, id, '', '{}', 'admin', created_at, 1
FROM (VALUES
  ('key_b', 'web', 'ci', '2026-01-02'::timestamptz), ('key_a', 'web', 'ci', '2026-01-03'), ('key_d', 'web', 'ci', '2026-01-01'),
  ('key_c', 'lab', 'ci', '2026-01-04'), ('key_e', 'web', 'cd', '2026-01-05')
) given(id, project, name, created_at)`;

describe('keys of before they were numbered', () => {
  it('are numbered in the order in which they were made, and keep the names of their budgets', async () => {
    const server = await createTestDatabase();
    const log = createLogger({ service: 'test', level: 'silent' });
    const open = async (migrations = controlSchema.migrations) => {
      const database = new Database({ ...controlSchema, migrations, url: server.url, log });
      database.start();
      await database.whenReady();
      return database;
    };
    const before = controlSchema.migrations.indexOf(NumberKeysOfAName1764900000000);
    await (await open(controlSchema.migrations.slice(0, before))).close();
    await server.query(ADD);
    const database = await open();
    const rows = await database.query<{ id: string }>('SELECT id, ordinal, lineage FROM control.keys ORDER BY id');
    expect(rows).toEqual([
      { id: 'key_a', ordinal: 3, lineage: 1 },
      { id: 'key_b', ordinal: 2, lineage: 1 },
      { id: 'key_c', ordinal: 1, lineage: 1 },
      { id: 'key_d', ordinal: 1, lineage: 1 },
      { id: 'key_e', ordinal: 1, lineage: 1 },
    ]);
    await database.close();
    await server.drop();
  });
});
