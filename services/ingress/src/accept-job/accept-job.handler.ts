import { Injectable } from '@nestjs/common';
import {
  jobObjectSchema,
  madeSchema,
  Subject,
  type Caller,
  type JobCreate,
  type JobObject,
  type Made,
} from '#libs/contracts';
import { refuseUnknownFields, type CallerDialect, type DialectFacts } from '#libs/dialects';
import { BodyClaims, Messaging } from '#libs/messaging';
import { PlanGate } from '../authenticate/plan-gate.js';
import { HttpLimit } from '../http/http-limits.js';
import { RequestFacts } from '../accept-request/request-facts.js';

/** A request that is to be answered later, with its facts read. */
export interface LaterRequest {
  readonly requestId: string;
  readonly caller: Caller;
  readonly dialect: CallerDialect;
  /** The address it came to. */
  readonly endpoint: string;
  readonly facts: DialectFacts;
  readonly body: Buffer;
  readonly runAt?: number | undefined;
  readonly response?: JobCreate['response'];
  readonly idempotencyKey?: string | undefined;
}

/** Hands requests that nobody waits for to the jobs service, which commits them before it answers. */
@Injectable()
export class AcceptJobHandler {
  constructor(
    private readonly requestFacts: RequestFacts,
    private readonly messaging: Messaging,
    private readonly bodies: BodyClaims,
    private readonly plans: PlanGate,
  ) {}

  /** @throws DialectError 403 where the caller's plan has no such work: `schedules` for a time, `background` without one */
  requirePlan({ caller, runAt }: Pick<LaterRequest, 'caller' | 'runAt'>): void {
    this.plans.require(caller, runAt === undefined ? 'background' : 'schedules');
  }

  /** @throws DialectError for a model nobody configured or what is not in the plan, QueryRefused, MessagingError */
  async handle(request: LaterRequest): Promise<Made<JobObject>> {
    this.requirePlan(request);
    const { requestId, caller, dialect, endpoint, body, runAt, response } = request;
    const { facts, model } = this.requestFacts.complete(request);
    if (model.unknownFields === 'refuse') refuseUnknownFields(body, dialect);
    const command: JobCreate = {
      caller,
      endpoint,
      facts: {
        ...facts,
        lane: 'durable',
        ingress: undefined,
        // A stream that nobody reads yet is one that is picked up later.
        ...(facts.stream ? { resumable: true } : {}),
      },
      body: await this.carry(requestId, body),
      ...(runAt === undefined ? {} : { runAt }),
      ...(response ? { response } : {}),
      ...(request.idempotencyKey === undefined ? {} : { idempotencyKey: request.idempotencyKey }),
    };
    return this.messaging.ask(Subject.jobCreate, command, madeSchema(jobObjectSchema));
  }

  private async carry(requestId: string, body: Buffer): Promise<JobCreate['body']> {
    if (body.length <= HttpLimit.messageBodyBytes) return { base64: body.toString('base64') };
    const claim = `job-${requestId}`;
    await this.bodies.put(claim, body);
    return { claim };
  }
}
