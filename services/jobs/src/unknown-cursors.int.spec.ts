import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Caller } from '#libs/contracts';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { AnswerBatchesHandler } from './answer-batches/answer-batches.handler.js';
import { AnswerJobsHandler } from './answer-jobs/answer-jobs.handler.js';
import { askForJob } from './job.fixture.js';
import { JobsForTests } from './jobs.fixture.js';
import { MessageBatchesHandler } from './keep-message-batch/message-batches.handler.js';
import { caller, inputLines } from './line.fixture.js';
import { ManageDeliveriesHandler } from './manage-webhooks/manage-deliveries.handler.js';
import { ManageEndpointsHandler } from './manage-webhooks/manage-endpoints.handler.js';
import { ListNativeController } from './native-batches/list-native.controller.js';
import { StoreFileHandler } from './store-file/store-file.handler.js';
import { ReceiverForTests, WebhookSteps } from './webhooks.fixture.js';

type List = (after: string) => Promise<{ data: unknown[] }>;

const stranger: Caller = { ...caller, project: 'strangers', key: 'theirs' };
let database: TestDatabase;
let jobs: JobsForTests;
let receiver: ReceiverForTests;
let lists: Record<string, { param?: string; list: List; foreign: string; own?: string }>;

beforeAll(async () => {
  database = await createTestDatabase();
  jobs = await JobsForTests.start(database.url);
  receiver = await ReceiverForTests.start();
  const steps = new WebhookSteps(jobs);
  const theirs = await steps.create(receiver.url(), { owner: stranger });
  const endpoint = await steps.create(receiver.url());
  const [batch, foreignBatch] = [await jobs.create(inputLines(1)), await jobs.create(inputLines(1), stranger)];
  const fileOf = async (whose: Caller): Promise<string> =>
    (await jobs.get(StoreFileHandler).list({ caller: whose, limit: 1, order: 'asc' })).data[0]?.id ?? '';
  const page = { caller, limit: 10 };
  lists = {
    batches: {
      list: (after) => jobs.get(AnswerBatchesHandler).list({ ...page, after }),
      foreign: foreignBatch,
      own: batch,
    },
    files: {
      list: (after) => jobs.get(StoreFileHandler).list({ ...page, after, order: 'asc' }),
      foreign: await fileOf(stranger),
      own: await fileOf(caller),
    },
    jobs: {
      list: (after) => jobs.get(AnswerJobsHandler).list({ ...page, after, order: 'asc' }),
      foreign: (await askForJob(jobs, { owner: stranger })).id,
      own: (await askForJob(jobs)).id,
    },
    'message batches after': {
      param: 'after_id',
      list: (afterId) => jobs.get(MessageBatchesHandler).list({ ...page, afterId }),
      foreign: foreignBatch,
    },
    'message batches before': {
      param: 'before_id',
      list: (beforeId) => jobs.get(MessageBatchesHandler).list({ ...page, beforeId }),
      foreign: foreignBatch,
    },
    'webhook endpoints': {
      list: (after) => jobs.get(ManageEndpointsHandler).list({ ...page, after }),
      foreign: theirs.id,
      own: endpoint.id,
    },
    'webhook deliveries': {
      list: (after) => jobs.get(ManageDeliveriesHandler).list({ ...page, endpointId: endpoint.id, after }),
      foreign: 'wd_of_nobody',
    },
    'batches at providers': {
      list: (after) => jobs.get(ListNativeController).list({ ...page, isOpen: false, after }),
      foreign: batch,
    },
  };
});
afterAll(async () => {
  await receiver.stop();
  await jobs.stop();
  await database.drop();
});

describe('a list asked for after an entry that it does not have', () => {
  it('is refused, and says in which field the fault is', async () => {
    for (const [name, { param = 'after', list, foreign }] of Object.entries(lists))
      for (const id of [foreign, 'none', '', 'a\0b'])
        await expect(list(id).then(({ data }) => ({ name, data }))).rejects.toMatchObject({
          reply: { status: 400, code: 'invalid_value', param },
        });
  });

  it('still ends with an empty page after its last entry', async () => {
    for (const { list, own } of Object.values(lists)) if (own !== undefined) expect((await list(own)).data).toEqual([]);
  });
});
