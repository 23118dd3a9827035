import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  auditEventPageSchema,
  auditKeyPageSchema,
  checkpointPageSchema,
  consistencyProofSchema,
  inclusionProofSchema,
  Subject,
  type AuditEntry,
  type AuditNoteEntry,
  type Caller,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { InPlan } from '../authenticate/plan-gate.js';
import { readFields } from '../http/read-json.js';
import { visibleDecision } from '../read-records/visible-decision.policy.js';
import { ExportTrailHandler } from './export-trail.handler.js';
import { keyList } from './key-list.js';
import { TailTrailHandler } from './tail-trail.handler.js';
import { checkpointsQuery, consistencyQuery, eventsQuery, exportQuery, inclusionQuery, whose } from './trail-fields.js';

/** The audit trail: who did what, and the proof that the record of it is whole. Reading it is itself recorded. */
@Controller()
export class TrailController {
  constructor(
    private readonly messaging: Messaging,
    private readonly exporter: ExportTrailHandler,
    private readonly tails: TailTrailHandler,
  ) {}

  @Get('v1/audit/events')
  @Permit('read', 'AuditEvent')
  async events(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<unknown> {
    const { request_id: requestId, q: text, ...fields } = readFields(query, eventsQuery);
    const asked = { caller, ...fields, requestId, text };
    const page = await this.messaging.ask(Subject.auditEventList, asked, auditEventPageSchema);
    return {
      object: 'list',
      data: page.entries.map((entry) => visibleEntry(entry, caller)),
      has_more: page.hasMore,
      next_after: page.next ?? page.entries.at(-1)?.sequence ?? null,
    };
  }

  @Get('v1/audit/tail')
  @Permit('read', 'AuditEvent')
  @InPlan('audit-export')
  async tail(
    @Req() request: AuthenticatedRequest,
    @Query() query: unknown,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const named = lastEventId === undefined ? {} : { after: lastEventId };
    const {
      request_id: requestId,
      q: text,
      limit: _limit,
      order: _order,
      ...fields
    } = readFields({ ...(query as object), ...named }, eventsQuery);
    const { caller } = request;
    await this.tails.handle({ caller, query: { ...fields, requestId, text }, visible: visibleEntry }, request, reply);
  }

  @Get('v1/audit/proofs/inclusion')
  @Permit('read', 'AuditEvent')
  async inclusion(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<unknown> {
    const { request_id: requestId, ...fields } = readFields(query, inclusionQuery);
    const asked = { caller, ...fields, requestId };
    const proof = await this.messaging.ask(Subject.auditInclusionProve, asked, inclusionProofSchema);
    return {
      object: 'audit.inclusion_proof',
      organization: proof.organization,
      sequence: proof.sequence,
      size: proof.size,
      leaf_hash: proof.leafHash,
      proof: proof.proof,
      body: proof.body,
      ...(proof.isRedacted === true ? { redacted: true } : {}),
      checkpoint: proof.checkpoint,
    };
  }

  @Get('v1/audit/proofs/consistency')
  @Permit('read', 'AuditEvent')
  async consistency(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<unknown> {
    const asked = { caller, ...readFields(query, consistencyQuery) };
    const proof = await this.messaging.ask(Subject.auditConsistencyProve, asked, consistencyProofSchema);
    return { object: 'audit.consistency_proof', ...proof };
  }

  @Get('v1/audit/checkpoints')
  @Permit('read', 'AuditEvent')
  async checkpoints(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<unknown> {
    const asked = { caller, ...readFields(query, checkpointsQuery) };
    const page = await this.messaging.ask(Subject.auditCheckpointList, asked, checkpointPageSchema);
    return {
      object: 'list',
      data: page.checkpoints.map(({ size, signedAt, note }) => ({
        object: 'audit.checkpoint',
        size,
        signed_at: new Date(signedAt).toISOString(),
        note,
      })),
      has_more: page.next !== null,
      next_after: page.next,
    };
  }

  /** As text, in the form that witnesses and other verifiers of C2SP read. */
  @Get('v1/audit/checkpoints/latest')
  @Permit('read', 'AuditEvent')
  async latest(
    @Req() { caller }: AuthenticatedRequest,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const asked = { caller, ...readFields(query, whose), newest: true, limit: 1 };
    const page = await this.messaging.ask(Subject.auditCheckpointList, asked, checkpointPageSchema);
    const [newest] = page.checkpoints;
    if (!newest)
      throw new DialectError(
        404,
        'no_checkpoint',
        'Nothing was signed yet: the first checkpoint follows the first entry.',
      );
    reply.type('text/plain; charset=utf-8');
    return newest.note;
  }

  @Get('v1/audit/keys')
  @Permit('read', 'AuditEvent')
  async keys(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<unknown> {
    const asked = { caller, ...readFields(query, whose) };
    return keyList(await this.messaging.ask(Subject.auditKeyList, asked, auditKeyPageSchema));
  }

  @Get('v1/audit/export')
  @Permit('read', 'AuditEvent')
  @InPlan('audit-export')
  async export(
    @Req() { caller }: AuthenticatedRequest,
    @Query() query: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.exporter.handle(caller, readFields(query, exportQuery), reply);
  }
}

function visibleEntry(entry: AuditEntry | AuditNoteEntry, caller: Caller): AuditEntry | AuditNoteEntry {
  if (!('event' in entry)) return entry;
  const { decision } = entry.event;
  if (decision === undefined) return entry;
  return { ...entry, event: { ...entry.event, decision: visibleDecision(decision, caller) } };
}
