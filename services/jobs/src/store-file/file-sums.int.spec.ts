import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { JobsForTests } from '../jobs.fixture.js';
import { caller } from '../line.fixture.js';
import { BYTES_OF_PROJECT, FileRepository } from './file.repository.js';

const RUN_MILLISECONDS = 60_000;
const PROJECTS = ['one', 'two'];
let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
  jobs = await JobsForTests.start(database.url);
});
afterAll(async () => {
  await jobs.stop();
  await database.drop();
});

const file = (number: number, project: string, purpose: string) => ({
  id: `file-${number}`,
  organization: 'demo',
  project,
  filename: 'f',
  purpose,
  bytes: 2 ** number,
  sha256: 'a',
  blobKey: `files/${number}`,
  expiresAfterSeconds: null,
});
/** What is done to files by their numbers; several at once are of several projects. */
const happenings = fc.array(
  fc.record({
    kind: fc.constantFrom('insert', 'delete', 'retire', 'expire', 'forget'),
    numbers: fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 4 }),
    purpose: fc.constantFrom('batch', 'message_batch'),
  }),
  { maxLength: 25 },
);
type Happening = typeof happenings extends fc.Arbitrary<(infer One)[]> ? One : never;

const projectOf = (number: number): string => PROJECTS[number % PROJECTS.length] ?? '';

async function take({ kind, numbers, purpose }: Happening): Promise<void> {
  const files = jobs.get(FileRepository);
  const ids = numbers.map((number) => `file-${number}`);
  if (kind === 'forget') await jobs.query('DELETE FROM jobs.files WHERE id = ANY($1)', [ids]);
  if (kind === 'expire')
    await jobs.query(`UPDATE jobs.files SET expires_at = now() - interval '1 s' WHERE id = ANY($1)`, [ids]);
  for (const number of numbers) {
    const project = projectOf(number);
    const id = `file-${number}`;
    if (kind === 'insert') await files.insert(file(number, project, purpose));
    if (kind === 'delete') await files.delete(id, { ...caller, project });
    if (kind === 'retire') await jobs.query('UPDATE jobs.files SET deleted_at = now() WHERE id = $1', [id]);
  }
}

describe('the bytes of a project', () => {
  it(
    'are those of the files that its callers can see, whatever is done to files',
    () =>
      fc.assert(
        fc.asyncProperty(happenings, async (sequence) => {
          await jobs.query('DELETE FROM jobs.files');
          for (const happening of sequence) await take(happening);
          for (const project of PROJECTS) {
            const owner = { ...caller, project };
            const seen = await jobs.get(FileRepository).list(owner, { limit: 100, order: 'asc' });
            const bytes = seen.reduce((sum, one) => sum + one.bytes, 0);
            expect(await jobs.get(FileRepository).bytesOf(owner)).toBe(bytes);
          }
        }),
        { numRuns: 30 },
      ),
    RUN_MILLISECONDS,
  );

  it('are found without reading its files', async () => {
    await jobs.query(
      `INSERT INTO jobs.files (id, organization, project, filename, purpose, bytes, sha256, blob_key, expires_at)
       SELECT 'many-' || i, 'demo', 'many', 'f', 'batch', 1, 'a', 'many/' || i,
         CASE i % 2 WHEN 0 THEN now() + interval '1 day' END FROM generate_series(1, 20000) i`,
    );
    await jobs.query('ANALYZE jobs.files');
    expect(await jobs.get(FileRepository).bytesOf({ organization: 'demo', project: 'many' })).toBe(20_000);
    const plan = await jobs.query<{ 'QUERY PLAN': { Plan: object }[] }>(
      `EXPLAIN (FORMAT JSON, ANALYZE) ${BYTES_OF_PROJECT}`,
      ['demo', 'many'],
    );
    const text = JSON.stringify(plan);
    expect(text).not.toContain('Seq Scan on files');
    const rows = [...text.matchAll(/"Actual Rows":(\d+)/g)].map(([, count]) => Number(count));
    expect(Math.max(...rows)).toBeLessThan(10);
  });
});
