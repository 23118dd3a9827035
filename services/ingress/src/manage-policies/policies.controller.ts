import { Controller, Delete, Get, Headers, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  policyChangeReplySchema,
  policyListReplySchema,
  policyReplayReplySchema,
  Subject,
  type PolicyReplayReply,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging, MessagingError, SnapshotWatch } from '#libs/messaging';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { ifMatchOf } from '../administer/admin-fields.js';
import { Permit } from '../authenticate/permit.js';
import { Describe } from '../describe-api/describe.js';
import { readFields, readJson } from '../http/read-json.js';
import { policyChangeObject, policyObject, replayObject } from './policy-objects.js';
import { timeOf } from './replay-period.policy.js';

const IF_MATCH = 'if-match';
const REPLAY_TIMEOUT_MILLISECONDS = 60_000;
const REACHED_WITHIN_MILLISECONDS = 2_000;
/** The text goes in one message, in JSON, to control. */
const LONGEST_TEXT_CHARACTERS = 400_000;

const text = z.string().min(1).max(LONGEST_TEXT_CHARACTERS, `must have at most ${LONGEST_TEXT_CHARACTERS} characters`);
/** As the sender calls the text, for refusals that cite it. */
const name = z.string().min(1).max(4_096, 'must have at most 4096 characters').optional();
const time = z
  .string()
  .max(40)
  .refine(
    (value) => timeOf(value, Date.now()) !== undefined,
    'must be a time such as 2026-01-31T12:00:00Z, or 7d, 12h, 30m',
  )
  .transform((value) => timeOf(value, Date.now()) ?? 0);
const replayFields = z.strictObject({
  text,
  name,
  since: time.default(() => timeOf('7d', Date.now()) ?? 0),
  until: time.optional(),
});
const trialFields = z.strictObject({ text: text.optional(), name, share: z.number().min(0).max(1) });
const rollBackFields = z.strictObject({ revision: z.int().positive() });
const listQuery = z.object({
  before: z.coerce.number().int().positive().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

/** The policies in force and their versions: rehearsed, tried, put in force and taken back with the admin key. */
@Controller('admin/v1/policies')
export class PoliciesController {
  constructor(
    private readonly messaging: Messaging,
    private readonly watch: SnapshotWatch,
  ) {}

  @Get()
  @Permit('read', 'Policy')
  async list(
    @Req() { caller }: AuthenticatedRequest,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: FastifyReply,
  ): Promise<unknown> {
    const fields = readFields(query, listQuery);
    const reply = await this.messaging.ask(Subject.policyList, { caller, ...fields }, policyListReplySchema);
    const inForce = reply.versions.find(({ isInForce }) => isInForce);
    if (inForce) response.header('etag', `"r${inForce.revision}"`);
    return {
      object: 'list',
      data: reply.versions.map(policyObject),
      has_more: reply.hasMore,
      next_before: reply.versions.at(-1)?.revision ?? null,
      holds_until_file_changes: reply.holdsUntilFileChanges,
    };
  }

  @Post('replay')
  @Permit('read', 'Policy')
  @HttpCode(200)
  async replay(@Req() { caller, body }: AuthenticatedRequest): Promise<unknown> {
    return replayObject(await this.askReplay({ caller, ...readJson(body, replayFields) }));
  }

  @Post('trial')
  @Permit('update', 'Policy')
  @HttpCode(200)
  @Describe({ summary: 'Start, change or end a trial of policies', body: trialFields, takesEtag: true })
  async startTrial(@Req() { caller, body }: AuthenticatedRequest, @Headers(IF_MATCH) etag?: string): Promise<unknown> {
    return this.change(Subject.policyTry, { caller, ...readJson(body, trialFields) }, etag);
  }

  @Delete('trial')
  @Permit('update', 'Policy')
  @Describe({ summary: 'End the trial of policies', takesEtag: true })
  async endTrial(@Req() { caller }: AuthenticatedRequest, @Headers(IF_MATCH) etag?: string): Promise<unknown> {
    return this.change(Subject.policyTry, { caller, share: 0 }, etag);
  }

  @Post('promote')
  @Permit('update', 'Policy')
  @HttpCode(200)
  @Describe({ summary: 'Put the policies on trial in force', takesEtag: true })
  async promote(@Req() { caller }: AuthenticatedRequest, @Headers(IF_MATCH) etag?: string): Promise<unknown> {
    return this.change(Subject.policyPromote, { caller }, etag);
  }

  @Post('rollback')
  @Permit('update', 'Policy')
  @HttpCode(200)
  @Describe({ summary: 'Put the policies of an earlier revision in force', body: rollBackFields, takesEtag: true })
  async rollBack(@Req() { caller, body }: AuthenticatedRequest, @Headers(IF_MATCH) etag?: string): Promise<unknown> {
    return this.change(Subject.policyRollBack, { caller, ...readJson(body, rollBackFields) }, etag);
  }

  /** Whoever is told of a change here finds it in force here. */
  private async change(subject: string, command: object, etag: string | undefined): Promise<unknown> {
    const change = { ...command, ...ifMatchOf(etag) };
    const reply = await this.messaging.ask(subject, change, policyChangeReplySchema);
    await this.watch.reached(reply.revision, REACHED_WITHIN_MILLISECONDS);
    return policyChangeObject(reply);
  }

  private async askReplay(query: object): Promise<PolicyReplayReply> {
    try {
      return await this.messaging.ask(
        Subject.policyReplay,
        query,
        policyReplayReplySchema,
        REPLAY_TIMEOUT_MILLISECONDS,
      );
    } catch (error) {
      if (!(error instanceof MessagingError && error.code === 'timeout')) throw error;
      throw new DialectError(
        504,
        'replay_timeout',
        'The replay takes longer than a minute; choose a shorter period.',
        'since',
      );
    }
  }
}
