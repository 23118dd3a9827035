import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { BlobStore } from '#libs/blobs';
import { batchObjectSchema, madeSchema, Subject, type BatchCreate, type BatchObject } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { InPlan } from '../authenticate/plan-gate.js';
import type { ListedRequest } from '../receive-requests/listed-request.policy.js';
import { idempotencyKeyOf } from '../repeat-request/idempotency-key.js';
import { showMade } from '../repeat-request/show-made.js';
import { RequestListHandler, type RequestListForm } from '../receive-requests/request-list.handler.js';

const MOST_REQUESTS = 50_000;
const WINDOW = '24h';

const form: RequestListForm = {
  bodyName: 'body',
  customId: { pattern: /^[^\0]{1,512}$/su, words: 'a text of 1 to 512 characters' },
  mostRequests: MOST_REQUESTS,
  lineOf,
};

/** Batches in OpenRouter's form: the requests come with the batch instead of in a file of their own. */
@Controller('api/beta/batches')
export class ListedBatchesController {
  constructor(
    private readonly messaging: Messaging,
    private readonly blobs: BlobStore,
    private readonly lists: RequestListHandler,
  ) {}

  @Post()
  @Permit('create', 'Batch')
  @InPlan('batches')
  @HttpCode(200)
  async create(
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BatchObject> {
    const { caller, body } = request;
    const idempotencyKey = idempotencyKeyOf(request);
    const made = await this.lists.handle(body, form, async ({ blobKey, bytes, sha256, members }) => {
      const command: BatchCreate = {
        caller,
        input: { blobKey, bytes, sha256 },
        endpoint: textOf(members, 'endpoint'),
        completionWindow: WINDOW,
        metadata: null,
        outputExpiresAfterSeconds: null,
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      };
      const batch = await this.messaging.ask(Subject.batchCreate, command, madeSchema(batchObjectSchema));
      // The batch that was made before has an input of its own.
      if (batch.replayed) await this.blobs.remove(blobKey).catch(() => undefined);
      return batch;
    });
    return showMade(made, reply);
  }
}

/** A line of OpenAI's form; a request that names no model of its own gets that of the batch. */
function lineOf({ customId, body }: ListedRequest, members: ReadonlyMap<string, unknown>): string {
  const url = JSON.stringify(textOf(members, 'endpoint'));
  const model = JSON.stringify(textOf(members, 'model'));
  const names = Object.keys(JSON.parse(body) as object);
  const isEmpty = names.length === 0;
  const whole = names.includes('model') ? body : `{"model":${model}${isEmpty ? '' : ','}${body.trimStart().slice(1)}`;
  return `{"custom_id":${JSON.stringify(customId)},"method":"POST","url":${url},"body":${whole}}`;
}

function textOf(members: ReadonlyMap<string, unknown>, name: string): string {
  const value = members.get(name);
  if (typeof value === 'string' && value !== '') return name === 'endpoint' ? pathOf(value) : value;
  throw new DialectError(
    400,
    'missing_required_parameter',
    `'${name}' must be a text and stand before 'requests'.`,
    name,
  );
}

/** OpenRouter's addresses have a name before the version. */
function pathOf(endpoint: string): string {
  return endpoint.replace(/^\/api(?=\/v1\/)/, '');
}
