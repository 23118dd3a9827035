import { Controller, Get, Query, Req } from '@nestjs/common';
import { MOST_LISTED_NATIVE_BATCHES, nativeBatchPageSchema, Subject, type NativeBatchPage } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { readFields } from '../http/read-json.js';

const pageSchema = z.object({
  /** `open`: those in which something is left to do. */
  status: z.enum(['open', 'all']).default('open'),
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(MOST_LISTED_NATIVE_BATCHES).default(20),
});

/** Batches at providers, of all organizations: seen with the admin key. */
@Controller('admin/v1/native-batches')
export class NativeBatchesController {
  constructor(private readonly messaging: Messaging) {}

  @Get()
  @Permit('read', 'Operations')
  list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<NativeBatchPage> {
    const { status, ...page } = readFields(query, pageSchema);
    return this.messaging.ask(
      Subject.nativeBatchList,
      { caller, isOpen: status === 'open', ...page },
      nativeBatchPageSchema,
    );
  }
}
