import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  batchObjectSchema,
  batchPageSchema,
  madeSchema,
  Subject,
  type BatchObject,
  type BatchPage,
} from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { InPlan } from '../authenticate/plan-gate.js';
import { idempotencyKeyOf } from '../repeat-request/idempotency-key.js';
import { showMade } from '../repeat-request/show-made.js';
import { readFields, readJson } from '../http/read-json.js';

const createSchema = z.object({
  input_file_id: z.string().min(1).max(200),
  endpoint: z.string().max(200),
  completion_window: z.string().max(20),
  metadata: z.record(z.string().max(64), z.string().max(512)).nullish(),
  output_expires_after: z.object({ anchor: z.literal('created_at'), seconds: z.number() }).nullish(),
});
const pageSchema = z.object({
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** OpenAI's Batch API: create, read, list, cancel. The jobs service owns the batches. */
@Controller('v1/batches')
export class BatchesController {
  constructor(private readonly messaging: Messaging) {}

  @Post()
  @Permit('create', 'Batch')
  @InPlan('batches')
  @HttpCode(200)
  async create(
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<BatchObject> {
    const { caller, body } = request;
    const fields = readJson(body, createSchema);
    const command = {
      caller,
      input: { fileId: fields.input_file_id },
      endpoint: fields.endpoint,
      completionWindow: fields.completion_window,
      metadata: fields.metadata ?? null,
      outputExpiresAfterSeconds: fields.output_expires_after?.seconds ?? null,
      idempotencyKey: idempotencyKeyOf(request),
    };
    return showMade(await this.messaging.ask(Subject.batchCreate, command, madeSchema(batchObjectSchema)), reply);
  }

  @Get()
  @Permit('read', 'Batch')
  list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<BatchPage> {
    return this.messaging.ask(Subject.batchList, { caller, ...readFields(query, pageSchema) }, batchPageSchema);
  }

  @Get(':id')
  @Permit('read', 'Batch')
  read(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<BatchObject> {
    return this.messaging.ask(Subject.batchRead, { caller, id }, batchObjectSchema);
  }

  @Post(':id/cancel')
  @Permit('update', 'Batch')
  @HttpCode(200)
  cancel(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<BatchObject> {
    return this.messaging.ask(Subject.batchCancel, { caller, id }, batchObjectSchema);
  }
}
