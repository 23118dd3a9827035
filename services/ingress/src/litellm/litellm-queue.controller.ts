import { Readable } from 'node:stream';
import { Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { jobObjectSchema, Subject, type JobObject } from '#libs/contracts';
import { DialectError, dialectNamed } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { AcceptJobHandler } from '../accept-job/accept-job.handler.js';
import { RequestFacts } from '../accept-request/request-facts.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { TrailGate } from '../guard-trail/trail-gate.js';
import { readFields } from '../http/read-json.js';
import { requireBody } from '../http/require-body.js';
import { WriteJobResultHandler } from '../manage-jobs/write-job-result.handler.js';

const ENDPOINT = '/v1/chat/completions';
const ACCEPTED = 202;
const jobId = z.string().min(1).max(200);

/** A queued request as LiteLLM's clients read it. */
interface QueuedRequest {
  readonly id: string;
  /** Where to ask for it. */
  readonly url: string;
  /** Seconds until it is likely to begin; null where that cannot be told. */
  readonly eta: number | null;
  readonly status: 'queued' | 'processing';
}

/** LiteLLM's addresses for requests that are queued and asked for: a job of chat completions in another form. */
@Controller('queue')
export class LitellmQueueController {
  constructor(
    private readonly requestFacts: RequestFacts,
    private readonly jobs: AcceptJobHandler,
    private readonly results: WriteJobResultHandler,
    private readonly messaging: Messaging,
    private readonly trail: TrailGate,
  ) {}

  @Post(['chat/completions', 'request'])
  @HttpCode(ACCEPTED)
  @Permit('use', 'Inference')
  @Describe({ summary: 'Queue a chat completion, as LiteLLM does', status: ACCEPTED })
  async queue(@Req() request: AuthenticatedRequest): Promise<QueuedRequest> {
    const body = requireBody(request.body);
    const dialect = dialectNamed('openai-chat');
    this.trail.pass();
    const facts = this.requestFacts.read(dialect, request, body);
    if (facts.stream)
      throw new DialectError(400, 'unsupported_parameter', 'What is queued here has no stream.', 'stream');
    const { id: requestId, caller } = request;
    return queued(await this.jobs.handle({ requestId, caller, dialect, endpoint: ENDPOINT, facts, body }));
  }

  @Get('response/:id')
  @Permit('read', 'Job')
  @Describe({ summary: 'Ask for a queued chat completion, as LiteLLM does' })
  async response(
    @Req() { caller }: AuthenticatedRequest,
    @Param('id') text: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const id = readFields(text, jobId);
    const job = await this.messaging.ask(Subject.jobRead, { caller, id }, jobObjectSchema);
    if (job.ended_at === null) return void reply.send(queued(job));
    const { result, body } = await this.results.read(caller, id);
    if (!result.contentType.startsWith('application/json'))
      throw new DialectError(409, 'not_a_completion', `Ask for the result of this job at ${job.links.result}.`);
    const status = job.status === 'completed' ? 'finished' : 'failed';
    void reply.type('application/json').send(Readable.from(wrapped({ id, status }, body), { objectMode: false }));
  }
}

function queued({ id, started_at: startedAt, estimated_start_at: startAt }: JobObject): QueuedRequest {
  return {
    id,
    url: `/queue/response/${id}`,
    eta: startAt === null ? null : Math.max(0, startAt - Math.floor(Date.now() / 1_000)),
    status: startedAt === null ? 'queued' : 'processing',
  };
}

/** The result goes in as it is, in the pieces that it comes in. */
async function* wrapped(fields: object, body: Buffer | Readable): AsyncIterable<Buffer> {
  yield Buffer.from(`${JSON.stringify(fields).slice(0, -1)},"result":`);
  if (Buffer.isBuffer(body)) yield body;
  else for await (const piece of body) yield piece as Buffer;
  yield Buffer.from('}');
}
