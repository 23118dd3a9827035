import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  jobDeletedSchema,
  jobObjectSchema,
  jobPageSchema,
  jobStatus,
  Subject,
  type JobDeleted,
  type JobObject,
  type JobPage,
} from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { readFields } from '../http/read-json.js';
import { WriteJobResultHandler } from './write-job-result.handler.js';

const id = z.string().min(1).max(200);
const time = z.coerce.number().int().min(0).max(100_000_000_000).optional();
const pageSchema = z.object({
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  order: z.enum(['asc', 'desc']).default('desc'),
  status: jobStatus.optional(),
  endpoint: z.string().max(200).optional(),
  model: z.string().max(200).optional(),
  created_after: time,
  created_before: time,
});

/** Jobs: requests that are answered later. The jobs service owns them. */
@Controller('v1/jobs')
export class JobsController {
  constructor(
    private readonly messaging: Messaging,
    private readonly results: WriteJobResultHandler,
  ) {}

  @Get()
  @Permit('read', 'Job')
  list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<JobPage> {
    const { created_after: createdAfter, created_before: createdBefore, ...page } = readFields(query, pageSchema);
    return this.messaging.ask(Subject.jobList, { caller, ...page, createdAfter, createdBefore }, jobPageSchema);
  }

  @Get(':id')
  @Permit('read', 'Job')
  read(@Req() { caller }: AuthenticatedRequest, @Param('id') text: string): Promise<JobObject> {
    return this.messaging.ask(Subject.jobRead, { caller, id: readFields(text, id) }, jobObjectSchema);
  }

  @Get(':id/result')
  @Permit('read', 'Job')
  result(
    @Req() { caller }: AuthenticatedRequest,
    @Param('id') text: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.results.write(caller, readFields(text, id), reply);
  }

  @Post(':id/cancel')
  @Permit('update', 'Job')
  @HttpCode(200)
  cancel(@Req() { caller }: AuthenticatedRequest, @Param('id') text: string): Promise<JobObject> {
    return this.messaging.ask(Subject.jobCancel, { caller, id: readFields(text, id) }, jobObjectSchema);
  }

  @Delete(':id')
  @Permit('delete', 'Job')
  delete(@Req() { caller }: AuthenticatedRequest, @Param('id') text: string): Promise<JobDeleted> {
    return this.messaging.ask(Subject.jobDelete, { caller, id: readFields(text, id) }, jobDeletedSchema);
  }
}
