import { Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { DeadLetter } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { DeadLetters } from '#libs/messaging';
import { Logger } from '#libs/telemetry';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { readFields } from '../http/read-json.js';

const pageFields = z.object({
  after: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(100).default(20),
});

/** Messages that no consumer could digest: looked at, sent again or thrown away, with the admin key. */
@Controller('admin/v1/dead-letters')
export class DeadLettersController {
  constructor(
    private readonly letters: DeadLetters,
    private readonly logger: Logger,
  ) {}

  @Get()
  @Permit('read', 'Operations')
  async list(@Query() query: unknown): Promise<object> {
    const { after, limit } = readFields(query, pageFields);
    const found = await this.letters.list({ after, limit: limit + 1 });
    return { object: 'list', data: found.slice(0, limit).map(toObject), has_more: found.length > limit };
  }

  @Get(':sequence')
  @Permit('read', 'Operations')
  async read(@Param('sequence') name: string): Promise<object> {
    const found = known(name, await this.letters.open(sequenceOf(name)));
    return { ...toObject(found.letter), headers: found.headers, payload: textOf(found.payload) };
  }

  @Post(':sequence/redrive')
  @Permit('update', 'Operations')
  @HttpCode(200)
  async redrive(@Req() { caller }: AuthenticatedRequest, @Param('sequence') name: string): Promise<object> {
    const letter = known(name, await this.letters.redrive(sequenceOf(name)));
    this.logger.info({ by: caller.key, ...letter }, 'a dead letter was sent again');
    return { ...toObject(letter), redriven: true };
  }

  @Delete(':sequence')
  @Permit('delete', 'Operations')
  async discard(@Req() { caller }: AuthenticatedRequest, @Param('sequence') name: string): Promise<object> {
    const letter = known(name, await this.letters.discard(sequenceOf(name)));
    this.logger.info({ by: caller.key, ...letter }, 'a dead letter was thrown away');
    return { ...toObject(letter), deleted: true };
  }
}

function toObject(letter: DeadLetter): object {
  return {
    object: 'dead_letter',
    sequence: letter.sequence,
    consumer: letter.consumer,
    reason: letter.reason,
    deliveries: letter.deliveries,
    subject: letter.subject,
    stream: letter.stream,
    stream_sequence: letter.streamSequence,
    buried_at: letter.buriedAt / 1_000,
    bytes: letter.bytes,
  };
}

/** Text as it is; other bytes in base64. */
function textOf(payload: Uint8Array): object {
  const bytes = Buffer.from(payload);
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? { text } : { base64: bytes.toString('base64') };
}

function sequenceOf(name: string): number {
  if (/^[1-9]\d{0,14}$/.test(name)) return Number(name);
  throw unknownLetter(name);
}

function known<Found>(name: string, found: Found | undefined): Found {
  if (found === undefined) throw unknownLetter(name);
  return found;
}

function unknownLetter(name: string): DialectError {
  const message = `No such dead letter: ${name.slice(0, 30)}; GET /admin/v1/dead-letters lists them.`;
  return new DialectError(404, 'dead_letter_not_found', message);
}
