import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import type { AnswerLaterHandler } from '../accept-job/answer-later.handler.js';
import type { PendingCalls } from '../answer-caller/pending-calls.js';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import type { GuardTrafficHandler } from '../guard-traffic/guard-traffic.handler.js';
import type { AcceptRequestHandler } from './accept-request.handler.js';
import type { RequestFacts } from './request-facts.js';
import type { TrailGate } from '../guard-trail/trail-gate.js';
import type { IdempotentRequests } from '../repeat-request/idempotent-requests.js';
import { RequestIntake } from './request-intake.js';

const body = Buffer.from('{"model":"toy","messages":[{"role":"user","content":"hello"}]}');
const request = { id: 'req_0123456789', routeOptions: {}, headers: {}, body } as unknown as AuthenticatedRequest;

describe('RequestIntake', () => {
  it('notices a caller who leaves while the request is being accepted', async () => {
    const raw = Object.assign(new EventEmitter(), { writableFinished: false });
    const reply = { raw, hijack: () => undefined } as unknown as FastifyReply;
    const left: string[] = [];
    const handler = { handle: async () => void raw.emit('close') } as unknown as AcceptRequestHandler;
    const requestFacts = { read: () => ({}) } as unknown as RequestFacts;
    const pending = { callerLeft: (requestId: string) => void left.push(requestId) } as unknown as PendingCalls;
    await new RequestIntake(
      requestFacts,
      handler,
      pending,
      {} as AnswerLaterHandler,
      { begin: async () => true } as unknown as IdempotentRequests,
      { pass: () => undefined } as unknown as TrailGate,
      { handle: async () => undefined } as unknown as GuardTrafficHandler,
    ).accept('openai-chat', request, reply);

    expect(left).toEqual(['req_0123456789']);
  });
});
