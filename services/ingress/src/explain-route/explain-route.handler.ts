import { Injectable } from '@nestjs/common';
import { recordedFactsOf, routeExplainReplySchema, Subject, type Facts, type RouteExplainReply } from '#libs/contracts';
import { refuseUnknownFields } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { RequestFacts } from '../accept-request/request-facts.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { requireBody } from '../http/require-body.js';
import { decisionRecord, factsRecord } from '../read-records/decision-record.js';
import { visibleDecision } from '../read-records/visible-decision.policy.js';
import { inSnakeCase } from '../read-records/snake-case.js';
import { explainedRequest } from './explained-request.js';

/** Reads a request as its own address would, and asks how it would be routed; nobody is called and nothing recorded. */
@Injectable()
export class ExplainRouteHandler {
  constructor(
    private readonly requestFacts: RequestFacts,
    private readonly messaging: Messaging,
  ) {}

  /** @throws DialectError for a request that its own address would refuse. */
  async handle(request: AuthenticatedRequest): Promise<Record<string, unknown>> {
    const { dialect, body } = explainedRequest(requireBody(request.body));
    const read = this.requestFacts.read(dialect, request, body);
    const { facts, model } = this.requestFacts.complete({
      requestId: request.id,
      caller: request.caller,
      dialect,
      facts: read,
      body,
    });
    if (model.unknownFields === 'refuse') refuseUnknownFields(body, dialect);
    const reply = await this.messaging.ask(Subject.routeExplain, { facts }, routeExplainReplySchema);
    return explanation(facts, { ...reply, decision: visibleDecision(reply.decision, request.caller) });
  }
}

function explanation(
  facts: Facts,
  { decision, targets, execution, refusal }: RouteExplainReply,
): Record<string, unknown> {
  return {
    object: 'route.explanation',
    model: facts.model,
    ...decisionRecord(decision),
    plan: targets.map(({ provider, model, servesModel, onlyAfter, timeouts, concurrency }) => ({
      provider,
      model,
      ...(servesModel === undefined ? {} : { serves_model: servesModel }),
      ...(onlyAfter === undefined ? {} : { only_after: onlyAfter }),
      timeouts: inSnakeCase(timeouts),
      ...(concurrency === undefined ? {} : { concurrency }),
    })),
    execution: execution ? executionRecord(execution) : null,
    refusal: refusal ?? null,
    facts: {
      dialect: facts.dialect,
      operation: facts.operation,
      lane: facts.lane,
      stream: facts.stream,
      ...(facts.endUser === undefined ? {} : { user: facts.endUser }),
      ...factsRecord(recordedFactsOf(facts)),
    },
  };
}

function executionRecord({ deadline, ...execution }: NonNullable<RouteExplainReply['execution']>): unknown {
  return {
    ...(inSnakeCase(execution) as Record<string, unknown>),
    ...(deadline === undefined ? {} : { deadline: new Date(deadline).toISOString() }),
  };
}
