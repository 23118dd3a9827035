import { requestEndedSchema, type Caller, type Facts, type JobObject, type RequestEnded } from '#libs/contracts';
import { dialectNamed } from '#libs/dialects';
import { CreateJobHandler } from './create-job/create-job.handler.js';
import type { JobsForTests } from './jobs.fixture.js';
import { caller, lineEnded } from './line.fixture.js';

export const stranger: Caller = { organization: 'demo', project: 'other', key: 'ci', admin: false };

let made = 0;

/** What is asked for, where it is not a plain chat now. */
export interface AskedJob {
  readonly owner?: Caller;
  readonly runAt?: number;
  readonly deadline?: number;
  readonly dialect?: string;
  readonly body?: object;
  readonly response?: { id: string; previousResponseId: string | null; isBackground: boolean };
  /** Requests of one key have one id on one day. */
  readonly idempotencyKey?: string;
  readonly day?: number;
  /** The name that its body rests under in the bucket of large ones; in the command itself where absent. */
  readonly carriedBy?: string;
}

function requestToken({ idempotencyKey, day = 0 }: AskedJob): string {
  return idempotencyKey === undefined ? String(++made) : `${idempotencyKey}${day}`;
}

/** Has a request kept as a job. */
export function askForJob(jobs: JobsForTests, asked: AskedJob = {}): Promise<JobObject> {
  const owner = asked.owner ?? caller;
  const dialect = dialectNamed(asked.dialect ?? 'openai-chat');
  const body = Buffer.from(
    JSON.stringify(asked.body ?? { model: 'gpt-small', messages: [{ role: 'user', content: 'a question' }] }),
  );
  const facts: Facts = {
    ...dialect.readFacts(body),
    requestId: `req_${requestToken(asked).padStart(32, '0')}`,
    organization: owner.organization,
    project: owner.project,
    key: owner.key,
    lane: 'durable',
    receivedAt: Date.now(),
    ...(asked.deadline === undefined ? {} : { deadline: asked.deadline }),
  };
  if (asked.carriedBy !== undefined) jobs.nats.claims.set(asked.carriedBy, body.toString());
  return jobs.get(CreateJobHandler).create({
    caller: owner,
    endpoint: asked.response ? '/v1/responses' : '/v1/chat/completions',
    facts,
    body: asked.carriedBy === undefined ? { base64: body.toString('base64') } : { claim: asked.carriedBy },
    ...(asked.runAt === undefined ? {} : { runAt: asked.runAt }),
    ...(asked.response ? { response: asked.response } : {}),
    ...(asked.idempotencyKey === undefined ? {} : { idempotencyKey: asked.idempotencyKey }),
  });
}

/** The terminal event of a job, answered with success unless `overrides` say otherwise. */
export function endOf(job: Pick<JobObject, 'id' | 'request_id'>, overrides: Partial<RequestEnded> = {}): RequestEnded {
  return requestEndedSchema.parse({
    ...lineEnded('batch_0123456789', 1),
    requestId: job.request_id,
    job: { jobId: job.id, run: 0 },
    answer: { status: 200, body: '{"answer":"größer"}' },
    ...overrides,
  });
}
