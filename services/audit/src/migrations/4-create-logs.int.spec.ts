import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '#libs/storage';
import { buildRequestEnded, createTestDatabase, type TestDatabase } from '#libs/testing';
import { silentLog } from '../audit.fixture.js';
import { auditSchema } from '../audit.schema.js';
import { RecordEventHandler } from '../record-event/record-event.handler.js';
import { TrailRepository } from '../record-event/trail.repository.js';
import { logFaultOf, readEntries } from '../stored-log.fixture.js';

describe('entries of a hash chain', () => {
  let server: TestDatabase;
  const databases: Database[] = [];
  const open = async (migrations = auditSchema.migrations) => {
    const database = new Database({ ...auditSchema, migrations, url: server.url, log: silentLog });
    databases.push(database);
    database.start();
    await database.whenReady();
    return database;
  };

  beforeAll(async () => {
    server = await createTestDatabase();
  });
  afterAll(async () => {
    for (const database of databases) await database.close();
    await server.drop();
  });

  it('go into the log in their order, with their times, and the log goes on behind them', async () => {
    await open(auditSchema.migrations.slice(0, 3));
    const bodies = Array.from({ length: 1_300 }, () => JSON.stringify(buildRequestEnded({ organization: 'old' })));
    await server.query(
      `INSERT INTO audit.entries (organization, sequence, request_id, type, project, key, model, body, previous_hash, hash, recorded_at)
       SELECT 'old', place - 1, 'req_' || place, 'request.completed', 'default', 'ci', 'gpt-small', body, '', '',
         now() - interval '100 days' + place * interval '1 hour'
       FROM json_array_elements_text($1) WITH ORDINALITY AS entry(body, place)`,
      [JSON.stringify(bodies)],
    );
    const database = await open();
    expect((await readEntries(server, 'old')).map(({ body }) => body)).toEqual(bodies);
    expect(await logFaultOf(server, 'old')).toBeUndefined();
    const event = buildRequestEnded({ organization: 'old' });
    await new RecordEventHandler(new TrailRepository(database), silentLog).record([
      { event, text: JSON.stringify(event) },
    ]);
    expect(await logFaultOf(server, 'old')).toBeUndefined();
    expect(await readEntries(server, 'old')).toHaveLength(1_301);
  });
});
