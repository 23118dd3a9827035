import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeSentRequestsEnded, encodeRequestEnded, feedbackPageSchema } from '#libs/contracts';
import { Database } from '#libs/storage';
import { createLogger } from '#libs/telemetry';
import { buildRequestEnded, createTestDatabase, type TestDatabase } from '#libs/testing';
import { auditSchema } from '../audit.schema.js';
import { RecordEventHandler } from '../record-event/record-event.handler.js';
import { TrailRepository } from '../record-event/trail.repository.js';
import { FeedbackRepository } from './feedback.repository.js';
import { KeepFeedbackController } from './keep-feedback.controller.js';
import { KeepFeedbackHandler } from './keep-feedback.handler.js';

const log = createLogger({ service: 'test', level: 'silent' });
const caller = { organization: 'demo', project: 'default', key: 'ci', admin: false };
const facts = { estimatedPromptTokens: 9, task: 'code', difficulty: 0.4 };
const [first, second, third] = [0, 1, 2].map((index) =>
  buildRequestEnded({ requestId: `req_000000000${index}`, facts }),
) as [ReturnType<typeof buildRequestEnded>, ReturnType<typeof buildRequestEnded>, ReturnType<typeof buildRequestEnded>];
const ofOtherProject = buildRequestEnded({ requestId: 'req_0000000009', project: 'search' });

describe('feedback on answers', () => {
  let server: TestDatabase;
  let database: Database;
  let controller: KeepFeedbackController;

  beforeAll(async () => {
    server = await createTestDatabase();
    database = new Database({ ...auditSchema, url: server.url, log });
    database.start();
    await database.whenReady();
    await record([first, second, third, ofOtherProject]);
    controller = new KeepFeedbackController(new KeepFeedbackHandler(new FeedbackRepository(database)));
  });

  const record = async (events: ReturnType<typeof buildRequestEnded>[]): Promise<void> => {
    const sent = events.flatMap((event) => decodeSentRequestsEnded(Buffer.from(encodeRequestEnded(event))));
    await new RecordEventHandler(new TrailRepository(database), log).record(sent);
  };

  afterAll(async () => {
    await database.close();
    await server.drop();
  });

  it('is kept with the facts of the request, the newest word on each, page by page', async () => {
    for (const { requestId } of [third, first, second]) await controller.put({ caller, requestId, score: 0 });
    const { feedback } = await controller.put({ caller, requestId: first.requestId, score: 0.75, comment: 'good' });
    expect(feedback).toMatchObject({ requestId: first.requestId, score: 0.75, comment: 'good' });

    const page = feedbackPageSchema.parse(await controller.list({ caller, limit: 2 }));
    expect(page.data.map(({ requestId }) => requestId)).toEqual([first.requestId, second.requestId]);
    expect(page.data[0]).toMatchObject({ score: 0.75, comment: 'good', model: first.model, facts });
    expect(page.hasMore).toBe(true);
    const rest = await controller.list({ caller, limit: 2, after: second.requestId });
    expect(rest).toMatchObject({ data: [{ requestId: third.requestId, score: 0 }], hasMore: false });
  });

  it('comes in pages that a message has room for', async () => {
    const large = { ...facts, metadata: { text: 'x'.repeat(400_000) } };
    const requestIds = ['req_1000000001', 'req_1000000002'];
    await record(requestIds.map((requestId) => buildRequestEnded({ requestId, project: 'large', facts: large })));
    const by = { ...caller, project: 'large' };
    for (const requestId of requestIds) await controller.put({ caller: by, requestId, score: 1 });
    const page = await controller.list({ caller: by, limit: 10 });
    expect(page).toMatchObject({ data: [{ requestId: requestIds[0] }], hasMore: true });
    const rest = await controller.list({ caller: by, limit: 10, after: requestIds[0] });
    expect(rest).toMatchObject({ data: [{ requestId: requestIds[1] }], hasMore: false });
  });

  it.each([ofOtherProject.requestId, 'req_unknown00000'])(
    'is refused for %s as for an unknown request',
    async (requestId) => {
      await expect(controller.put({ caller, requestId, score: 1 })).rejects.toMatchObject({
        reply: { status: 404, code: 'request_not_found', param: 'request_id' },
      });
    },
  );

  it('shows other projects’ to the admin only', async () => {
    const admin = { ...caller, admin: true };
    await controller.put({ caller: admin, requestId: ofOtherProject.requestId, score: 1 });
    const ids = async (by: typeof caller) =>
      (await controller.list({ caller: by, limit: 10 })).data.map(({ requestId }) => requestId);
    expect(await ids(caller)).not.toContain(ofOtherProject.requestId);
    expect(await ids({ ...caller, project: 'search' })).toEqual([ofOtherProject.requestId]);
    expect(await ids(admin)).toContain(ofOtherProject.requestId);
  });
});
