import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BatchCall } from '../../provider-contract/batch-call.fixture.js';
import type { BatchSubject, ScriptedResult } from '../../provider-contract/batch-subject.fixture.js';
import { describeBatches } from '../../provider-contract/batches.contract.js';
import { chatCaller } from '../../provider-contract/chat-caller.fixture.js';
import { messagesCaller } from '../../provider-contract/messages-caller.fixture.js';
import { ProviderServer } from '../../provider-contract/provider-server.fixture.js';
import { answer, textBlock } from './converse-wire.fixture.js';
import { bedrock } from './index.js';
import { BUCKET, InvocationJobs, ROLE } from './invocation-jobs.fixture.js';

const ACCESS_KEY_ID = 'AKIABATCHESEXAMPLE00';
const SECRET = 'batches/secret+key';
const signal = new AbortController().signal;

const subject: BatchSubject = {
  kind: bedrock,
  credential: `${ACCESS_KEY_ID}:${SECRET}`,
  credentialSent: ACCESS_KEY_ID,
  model: 'anthropic.claude-sonnet-4-5-20250929-v1:0',
  options: (origin) => ({
    region: 'eu-central-1',
    profilePrefix: 'eu',
    batches: { bucket: BUCKET, prefix: 'switchyard/tests', roleArn: ROLE, baseUrl: origin, storageUrl: origin },
  }),
  callers: [chatCaller, messagesCaller],
  answer: answer([textBlock('Grüße aus Paris 🌤️', ', it is ', 'sunny.')], 'end_turn').plain.body,
  refusal: { status: 400, body: { message: 'Malformed input request: expected maximum temperature 1' } },
  keepsNames: true,
  canFail: true,
  unknownId: 'arn:aws:bedrock:eu-central-1:123456789012:model-invocation-job/zzzzzzzzzzzz',
  wire: () => new InvocationJobs(SECRET),
};

describeBatches(subject);

describe('batches of kind bedrock', () => {
  let server: ProviderServer;
  let call: BatchCall;
  let wire: InvocationJobs;
  const ended: ScriptedResult = { status: 200, body: subject.answer };
  const lines = (count = 3) => call.lines(chatCaller, { count, question: {} });
  const submit = async (name = 'native_1') =>
    call.batches.submit({ name, model: subject.model, lines: await lines(), signal });
  const results = async (id: string) => {
    const names = [];
    for await (const { customId } of call.batches.results(id, await lines(), signal)) names.push(customId);
    return names;
  };

  beforeAll(async () => {
    server = await ProviderServer.start();
    call = new BatchCall(subject, server.origin);
  });
  beforeEach(() => {
    wire = new InvocationJobs(SECRET);
    server.replyWith((request) => wire.reply(request));
  });
  afterAll(async () => {
    await call.close();
    await server.stop();
  });

  it('are one where a submission is made again', async () => {
    const id = await submit();
    expect(await submit()).toBe(id);
    expect(wire.batches).toHaveLength(1);
  });

  it('are found on a later page, by their whole name', async () => {
    await submit('native_10');
    const id = await submit('native_1');
    expect(await call.batches.find?.('native_1', signal)).toBe(id);
  });

  it.each([
    ['Submitted', 'running'],
    ['Validating', 'running'],
    ['Scheduled', 'running'],
    ['InProgress', 'running'],
    ['Stopping', 'running'],
    ['Completed', 'ended'],
    ['PartiallyCompleted', 'ended'],
    ['Expired', 'ended'],
    ['Stopped', 'ended'],
    ['Failed', 'failed'],
  ])('tell of a job that is %s', async (status, state) => {
    const id = await submit();
    wire.status = status;
    expect(await call.batches.read(id, signal)).toMatchObject({ state, status });
  });

  it('give what a failed job did nevertheless', async () => {
    const id = await submit();
    wire.batches[0]?.results.set('req_1', ended);
    for (const batch of wire.batches) batch.status = 'failed';
    expect(await call.batches.read(id, signal)).toMatchObject({ state: 'ended', status: 'Failed' });
    expect(await results(id)).toEqual(['req_1']);
  });

  it('give nothing of a job that was stopped before it began', async () => {
    const id = await submit();
    for (const batch of wire.batches) batch.status = 'cancelled';
    expect(await results(id)).toEqual([]);
  });

  it('give answers to those requests alone that were asked for', async () => {
    const id = await submit();
    for (const name of ['req_2', 'req_9', 'req_0']) wire.batches[0]?.results.set(name, ended);
    for (const batch of wire.batches) batch.status = 'ended';
    expect(await results(id)).toEqual(['req_2', 'req_0']);
  });

  it('say how many requests it takes', () => {
    expect(call.batches.leastLines).toBe(100);
  });

  it('are not sent with an API key of Bedrock, which S3 does not take', async () => {
    const other = new BatchCall({ ...subject, credential: 'bedrock-api-key-abc=' }, server.origin);
    const submission = other.batches.submit({ name: 'native_1', model: subject.model, lines: await lines(), signal });
    await expect(submission).rejects.toMatchObject({
      errorClass: 'unsupported',
      message: expect.stringContaining('access key'),
    });
    await other.close();
    expect(server.requests).toEqual([]);
  });
});
