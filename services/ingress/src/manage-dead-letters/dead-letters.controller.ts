import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import {
  deadLetterPageSchema,
  deadLetterSchema,
  deadLetterStatus,
  deadLetterWithContentSchema,
  Subject,
  type DeadLetter,
  type DeadLetterPage,
  type DeadLetterWithContent,
} from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { readFields } from '../http/read-json.js';

const LONGEST_NAME_CHARACTERS = 100;
const pageFields = z.object({
  status: deadLetterStatus.or(z.literal('all')).default('resting'),
  consumer: z.string().max(LONGEST_NAME_CHARACTERS).optional(),
  after: z.string().max(LONGEST_NAME_CHARACTERS).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** Messages that no consumer could digest: looked at, sent again or thrown away, with the admin key. */
@Controller('admin/v1/dead-letters')
export class DeadLettersController {
  constructor(private readonly messaging: Messaging) {}

  @Get()
  @Permit('read', 'Operations')
  list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<DeadLetterPage> {
    const { status, ...page } = readFields(query, pageFields);
    const selection = { caller, ...page, ...(status === 'all' ? {} : { status }) };
    return this.messaging.ask(Subject.deadLetterList, selection, deadLetterPageSchema);
  }

  @Get(':id')
  @Permit('read', 'Operations')
  read(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<DeadLetterWithContent> {
    return this.messaging.ask(Subject.deadLetterRead, { caller, id }, deadLetterWithContentSchema);
  }

  @Post(':id/redrive')
  @Permit('update', 'Operations')
  @HttpCode(200)
  redrive(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<DeadLetter> {
    return this.messaging.ask(Subject.deadLetterRedrive, { caller, id }, deadLetterSchema);
  }

  @Delete(':id')
  @Permit('delete', 'Operations')
  discard(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<DeadLetter> {
    return this.messaging.ask(Subject.deadLetterDiscard, { caller, id }, deadLetterSchema);
  }
}
