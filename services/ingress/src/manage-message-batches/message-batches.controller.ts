import { Readable } from 'node:stream';
import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { BlobStore } from '#libs/blobs';
import {
  madeSchema,
  messageBatchDeletedSchema,
  messageBatchObjectSchema,
  messageBatchPageSchema,
  messageBatchResultsSchema,
  Subject,
  type MessageBatchDeleted,
  type MessageBatchObject,
  type MessageBatchPage,
} from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { InPlan } from '../authenticate/plan-gate.js';
import { idempotencyKeyOf } from '../repeat-request/idempotency-key.js';
import { showMade } from '../repeat-request/show-made.js';
import { readFields } from '../http/read-json.js';
import { RequestListHandler, type RequestListForm } from '../receive-requests/request-list.handler.js';

/** As many requests as Anthropic takes in one batch. */
const MOST_REQUESTS = 100_000;

const form: RequestListForm = {
  bodyName: 'params',
  customId: { pattern: /^[a-zA-Z0-9_-]{1,64}$/, words: '1 to 64 letters, digits, "_" and "-"' },
  mostRequests: MOST_REQUESTS,
  lineOf: ({ customId, body }) => `{"custom_id":"${customId}","params":${body}}`,
};

const pageSchema = z.object({
  after_id: z.string().max(200).optional(),
  before_id: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(20),
});

/** Anthropic's Message Batches API. Requests and results stream, so that their number costs no memory. */
@Controller('v1/messages/batches')
export class MessageBatchesController {
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
  ): Promise<MessageBatchObject> {
    const { caller, body } = request;
    const idempotencyKey = idempotencyKeyOf(request);
    const made = await this.lists.handle(body, form, async ({ blobKey, bytes, sha256, requests }) => {
      const command = { caller, blobKey, bytes, sha256, requests, idempotencyKey };
      const batch = await this.messaging.ask(Subject.messageBatchCreate, command, madeSchema(messageBatchObjectSchema));
      // The batch that was made before has an input of its own.
      if (batch.replayed) await this.blobs.remove(blobKey).catch(() => undefined);
      return batch;
    });
    return showMade(made, reply);
  }

  @Get()
  @Permit('read', 'Batch')
  list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<MessageBatchPage> {
    const { after_id: afterId, before_id: beforeId, limit } = readFields(query, pageSchema);
    return this.messaging.ask(Subject.messageBatchList, { caller, afterId, beforeId, limit }, messageBatchPageSchema);
  }

  @Get(':id')
  @Permit('read', 'Batch')
  read(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<MessageBatchObject> {
    return this.messaging.ask(Subject.messageBatchRead, { caller, id }, messageBatchObjectSchema);
  }

  @Get(':id/results')
  @Permit('read', 'Batch')
  async results(
    @Req() { caller }: AuthenticatedRequest,
    @Param('id') id: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { blobKey, bytes } = await this.messaging.ask(
      Subject.messageBatchResultsRead,
      { caller, id },
      messageBatchResultsSchema,
    );
    await reply
      .type('application/x-jsonl')
      .header('content-length', bytes)
      .send(Readable.from(this.blobs.read(blobKey)));
  }

  @Post(':id/cancel')
  @Permit('update', 'Batch')
  @HttpCode(200)
  cancel(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<MessageBatchObject> {
    return this.messaging.ask(Subject.messageBatchCancel, { caller, id }, messageBatchObjectSchema);
  }

  @Delete(':id')
  @Permit('delete', 'Batch')
  delete(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<MessageBatchDeleted> {
    return this.messaging.ask(Subject.messageBatchDelete, { caller, id }, messageBatchDeletedSchema);
  }
}
