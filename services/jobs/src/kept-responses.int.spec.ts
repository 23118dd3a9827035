import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type {
  Caller,
  CarriedDocument,
  ResponseContext,
  ResponseInputPage,
  ResponseKeeping,
  StoredResponse,
} from '#libs/contracts';
import { carryDocument, openDocument } from '#libs/messaging';
import { createTestDatabase, type TestDatabase } from '#libs/testing';
import { AnswerResponsesHandler } from './answer-responses/answer-responses.handler.js';
import { JobsForTests } from './jobs.fixture.js';
import { caller } from './line.fixture.js';
import { JobLimits } from './job-limits.js';
import { ResponseRepository } from './store-response/response.repository.js';
import { StoreResponseHandler } from './store-response/store-response.handler.js';
import { TrimResponsesRunner } from './store-response/trim-responses.runner.js';

const DAY = 24 * 60 * 60_000;
const stranger: Caller = { ...caller, project: 'other' };
const bootstrap: Caller = { ...stranger, admin: true };
const message = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  content: [{ type: 'output_text', text: 'a\0b \ud800' }],
};

function storedResponse(id = 'resp_1', changes: Partial<StoredResponse> = {}): StoredResponse {
  const input = [{ type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] }];
  return { response: { id, object: 'response', status: 'completed', output: [message] }, input, ...changes };
}

let database: TestDatabase;
let jobs: JobsForTests;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  jobs = await JobsForTests.start(database.url);
  await jobs.query('TRUNCATE jobs.responses');
});
afterEach(() => jobs.stop());

async function put(document: StoredResponse, owner = caller): Promise<ResponseKeeping> {
  const stored = await carryDocument(jobs.nats.bodies, 'response', document);
  return (await jobs.get(StoreResponseHandler).put({ caller: owner, stored })).keeping;
}

async function opened<T>(carried: Promise<CarriedDocument>): Promise<T> {
  return (await openDocument(jobs.nats.bodies, await carried)) as T;
}

const answers = (): AnswerResponsesHandler => jobs.get(AnswerResponsesHandler);
const notFound = expect.objectContaining({
  reply: expect.objectContaining({ status: 404, code: 'response_not_found' }),
});

describe('responses', () => {
  it('are given back as they were stored, the first time counting', async () => {
    const document = storedResponse();
    expect(await put(document)).toBe('kept');
    expect(await put(document)).toBe('kept');
    expect(await put({ ...document, response: { ...document.response, status: 'failed' } })).toBe('id_taken');
    expect(await put({ ...document, input: [] })).toBe('id_taken');
    expect(await opened(answers().read({ caller, id: 'resp_1' }))).toEqual(
      JSON.parse(JSON.stringify(document.response)),
    );
  });

  it('go by claim check where they are too large for a message, and leave nothing behind', async () => {
    const input = [{ role: 'user', content: 'x'.repeat(2 * 1024 ** 2) }];
    await put(storedResponse('resp_1', { input }));
    const carried = await answers().readContext({ caller, previousResponseId: 'resp_1', referredIds: [] });
    expect(carried).toEqual({ claim: expect.stringMatching(/^response-/) });
    const context = (await openDocument(jobs.nats.bodies, carried)) as ResponseContext;
    expect(context.earlier[0]).toEqual(input[0]);
    expect(jobs.nats.claims.size).toBe(0);
  });

  it('of another project are unknown, also to the bootstrap key of another', async () => {
    await put(storedResponse());
    for (const other of [stranger, bootstrap]) {
      const query = { caller: other, id: 'resp_1' };
      await expect(answers().read(query)).rejects.toEqual(notFound);
      await expect(answers().listInput({ ...query, limit: 20, order: 'asc' })).rejects.toEqual(notFound);
      await expect(jobs.get(StoreResponseHandler).delete(query)).rejects.toEqual(notFound);
      await expect(
        answers().readContext({ caller: other, previousResponseId: 'resp_1', referredIds: [] }),
      ).rejects.toEqual(
        expect.objectContaining({
          reply: expect.objectContaining({ status: 400, code: 'previous_response_not_found' }),
        }),
      );
      const context = await opened<ResponseContext>(answers().readContext({ caller: other, referredIds: ['msg_1'] }));
      expect(context.referred).toEqual({});
    }
  });

  it('are not kept above the limit of one', async () => {
    const { responseBytes } = jobs.get(JobLimits);
    const input = [{ role: 'user', content: 'x'.repeat(responseBytes) }];
    expect(await put(storedResponse('resp_1', { input }))).toBe('too_large');
    await expect(answers().read({ caller, id: 'resp_1' })).rejects.toEqual(notFound);
    const room = responseBytes - Buffer.byteLength(JSON.stringify(storedResponse('resp_2').response));
    const frame = JSON.stringify([{ content: '' }]).length;
    expect(await put(storedResponse('resp_2', { input: [{ content: 'x'.repeat(room - frame) }] }))).toBe('kept');
  });

  it('may bear an id that a response of another project has', async () => {
    await put(storedResponse());
    await put(storedResponse('resp_1', { input: [] }), stranger);
    const page = await opened<ResponseInputPage>(
      answers().listInput({ caller, id: 'resp_1', limit: 20, order: 'asc' }),
    );
    expect(page.data).toHaveLength(1);
  });

  it('are continued by their input and output, and their items found by id', async () => {
    await put(storedResponse());
    const query = { caller, previousResponseId: 'resp_1', referredIds: ['msg_1', 'msg_9'] };
    const context = await opened<ResponseContext>(answers().readContext(query));
    expect(context.earlier.map(({ role }) => role)).toEqual(['user', 'assistant']);
    expect(Object.keys(context.referred)).toEqual(['msg_1']);
  });

  it('list their input in pages that fit together, each item with an id', async () => {
    const input = Array.from({ length: 5 }, (_, index) => ({ role: 'user', content: `line ${index}` }));
    await put(storedResponse('resp_1', { input }));
    const texts: unknown[] = [];
    let after: string | undefined;
    for (let more = true; more;) {
      const query = { caller, id: 'resp_1', limit: 2, order: 'desc' as const, ...(after ? { after } : {}) };
      const page = await opened<ResponseInputPage>(answers().listInput(query));
      texts.push(...page.data.map(({ content }) => (content as { text: string }[])[0]?.text));
      after = page.last_id ?? undefined;
      more = page.has_more;
    }
    expect(texts).toEqual(['line 4', 'line 3', 'line 2', 'line 1', 'line 0']);
    await expect(
      answers().listInput({ caller, id: 'resp_1', limit: 2, order: 'desc', after: 'msg_none' }),
    ).rejects.toMatchObject({ reply: { status: 400, code: 'invalid_value', param: 'after' } });
  });

  it('are gone when they are deleted, and after 30 days', async () => {
    await put(storedResponse('resp_1'));
    await put(storedResponse('resp_2'));
    await put(storedResponse('resp_3'));
    const deleted = await jobs.get(StoreResponseHandler).delete({ caller, id: 'resp_1' });
    expect(deleted).toEqual({ id: 'resp_1', object: 'response', deleted: true });
    await jobs.query(
      `UPDATE jobs.responses SET created_at = now() - $1 * interval '1 millisecond' WHERE id = 'resp_2'`,
      [30 * DAY + 60_000],
    );
    for (const id of ['resp_1', 'resp_2']) await expect(answers().read({ caller, id })).rejects.toEqual(notFound);
    expect(await jobs.get(ResponseRepository).dropOld()).toBe(1);
    expect(await jobs.query('SELECT id FROM jobs.responses')).toEqual([{ id: 'resp_3' }]);
  });
});

describe('the responses of a project', () => {
  const kept = async (): Promise<string[]> => {
    await jobs.get(TrimResponsesRunner).trimAll();
    const rows = await jobs.query<{ project: string; id: string }>(
      'SELECT project, id FROM jobs.responses ORDER BY project, created_at',
    );
    return rows.map(({ project, id }) => `${project} ${id}`);
  };
  const restart = async (limits: Partial<JobLimits>): Promise<void> => {
    await jobs.stop();
    jobs = await JobsForTests.start(database.url, { limits });
  };

  it('are dropped from the oldest on beyond their number, those of other projects counting for themselves', async () => {
    await restart({ responsesPerProject: 2 });
    for (const id of ['resp_1', 'resp_2', 'resp_3']) await put(storedResponse(id));
    await put(storedResponse('resp_1'), stranger);
    expect(await kept()).toEqual([`${caller.project} resp_2`, `${caller.project} resp_3`, 'other resp_1']);
  });

  it('are dropped from the oldest on beyond their bytes', async () => {
    const input = [{ role: 'user', content: 'x'.repeat(1_000) }];
    await restart({ responseBytesPerProject: 3_000 });
    for (const id of ['resp_1', 'resp_2', 'resp_3']) await put(storedResponse(id, { input }));
    expect(await kept()).toEqual([`${caller.project} resp_2`, `${caller.project} resp_3`]);
  });
});
