import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { AnswerBatchesHandler } from '../answer-batches/answer-batches.handler.js';
import { DropBatchesHandler } from '../drop-batches/drop-batches.handler.js';
import { DropJobsRunner } from '../expire-jobs/drop-jobs.runner.js';
import { JobsForTests } from '../jobs.fixture.js';
import { caller, inputLines, lineEnded } from '../line.fixture.js';
import { StoreFileHandler } from '../store-file/store-file.handler.js';
import { StoreResultsHandler } from '../store-results/store-results.handler.js';
import { CapRetentionRunner } from './cap-retention.runner.js';
import { PlansInForce } from './plans-in-force.js';

const DAY = 24 * 3_600_000;
const web = caller;
const lab = { ...caller, project: 'lab' };

let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  jobs = await JobsForTests.start(database.url);
});
afterEach(async () => {
  await jobs.query('TRUNCATE jobs.batches, jobs.files, jobs.jobs, jobs.responses CASCADE');
  await jobs.stop();
});

/** A plan of so many days for the project `default`; its neighbour `lab` has none. */
function keep(days: number | undefined): void {
  const plan = { name: 'short', markupMillionths: 0, ...(days === undefined ? {} : { retentionDays: days }) };
  const projects = [{ name: 'default', plan: 'short' }, { name: 'lab' }];
  jobs.get(PlansInForce).follow({ plans: [plan], organizations: [{ name: 'demo', projects }] });
}

const capAfter = (days: number): Promise<void> => jobs.get(CapRetentionRunner).cap(new Date(Date.now() + days * DAY));
const filesOf = async (owner: typeof caller): Promise<string[]> =>
  (await jobs.get(StoreFileHandler).list({ caller: owner, limit: 100, order: 'desc' })).data.map(({ id }) => id);
const age = (table: string, days: number): Promise<unknown> =>
  jobs.query(`UPDATE jobs.${table} SET created_at = created_at - make_interval(days => $1)`, [days]);

describe('what a plan keeps', () => {
  it('is nothing of its project beyond its days, and everything of others', async () => {
    await jobs.upload('old');
    const { id: ofLab } = await jobs.upload('old, too', lab);
    await age('files', 8);
    const { id: fresh } = await jobs.upload('fresh');
    keep(undefined);
    await capAfter(0);
    expect(await filesOf(web)).toHaveLength(2);
    keep(7);
    await capAfter(0);
    expect(await filesOf(web)).toEqual([fresh]);
    expect(await filesOf(lab)).toEqual([ofLab]);
  });

  it('is more from the moment of an upgrade', async () => {
    const { id } = await jobs.upload('old');
    await age('files', 8);
    keep(30);
    await capAfter(0);
    expect(await filesOf(web)).toEqual([id]);
  });

  it('leaves a batch that has not ended its input, and takes batch, lines and results once it has', async () => {
    const { id: fileId } = await jobs.upload(inputLines(1));
    const id = await jobs.createOf(fileId);
    keep(7);
    await age('files', 8);
    await age('batches', 8);
    await capAfter(0);
    expect(await filesOf(web)).toEqual([fileId]);
    await jobs.advance(id);
    await jobs.get(StoreResultsHandler).store([lineEnded(id, 1)]);
    await jobs.advance(id);
    await capAfter(0);
    expect(await jobs.get(AnswerBatchesHandler).read({ caller, id })).toMatchObject({ status: 'completed' });

    await capAfter(8);
    await jobs.get(DropBatchesHandler).drop(new Date());
    expect(await jobs.query('SELECT FROM jobs.batch_results WHERE batch_id = $1', [id])).toEqual([]);
    await capAfter(8);
    await expect(jobs.get(AnswerBatchesHandler).read({ caller, id })).rejects.toMatchObject({
      reply: { status: 404 },
    });
  });

  it('is no response and no result of a job beyond its days', async () => {
    for (const project of ['default', 'lab']) {
      await jobs.query(
        `INSERT INTO jobs.responses (organization, project, id, response, input, output_item_ids)
         VALUES ('demo', $1, 'resp_old', '{}', '[]', '{}')`,
        [project],
      );
      await jobs.query(
        `INSERT INTO jobs.jobs (id, request_id, organization, project, key, endpoint, model, is_streamed, facts, run_at,
           is_scheduled, expires_at, outcome, ended_at, result_body, result_expires_at)
         VALUES ('job_' || $1, 'req_' || $1, 'demo', $1, 'ci', '/v1/chat/completions', 'gpt-small', false, '{}', now(), false,
           now(), 'completed', now() - interval '8 days', 'x', now() + interval '30 days')`,
        [project],
      );
    }
    await age('responses', 8);
    await age('jobs', 9);
    keep(7);
    await capAfter(0);
    await jobs.get(DropJobsRunner).drop(new Date());

    expect(await jobs.query('SELECT project FROM jobs.responses')).toEqual([{ project: 'lab' }]);
    expect(await jobs.query('SELECT id FROM jobs.jobs WHERE result_body IS NOT NULL')).toEqual([{ id: 'job_lab' }]);
  });
});
