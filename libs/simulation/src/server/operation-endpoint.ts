import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalidKey } from '../models/replies.js';
import { readOperation, type SimOperation } from '../operations/operation-request.js';
import { planOperation } from '../operations/plan-operation.js';
import { planReply } from '../plan/plan-reply.js';
import type { SimulationOptions } from '../plan/simulation-options.js';
import type { SimulationPlan } from '../plan/simulation-plan.js';
import { errorReply } from '../wire/error-reply.js';
import type { CallBook, OpenCall } from './call-book.js';
import type { PlanPlayer } from './plan-player.js';
import type { ProviderLimits } from './provider-limits.js';
import { readBody } from './read-body.js';
import { sha256Of } from './sha-256.js';

/** What decides the answers of an endpoint beside chat. */
export interface OperationEndpointSettings {
  readonly operation: SimOperation;
  readonly key: string | undefined;
  readonly simulation: Omit<SimulationOptions, 'createdSeconds' | 'attempt'>;
  readonly nowMilliseconds: () => number;
  readonly limits: ProviderLimits;
}

const MAXIMUM_BODY_BYTES = 32 * 1024 * 1024;

/** One endpoint for an operation beside chat: reads the call, has its planned answer played and written down. */
export class OperationEndpoint {
  private readonly keySha256: string | undefined;

  constructor(
    private readonly settings: OperationEndpointSettings,
    private readonly book: CallBook,
    private readonly player: PlanPlayer,
  ) {
    this.keySha256 = settings.key === undefined ? undefined : sha256Of(settings.key);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const call = this.book.arrive(request);
    readBody(request, MAXIMUM_BODY_BYTES, (body) => {
      if (body === 'aborted') this.book.end(call, 'aborted-by-client');
      else {
        const plan = this.settings.limits.admit(this.plan(call, body), call.model, 'openai');
        this.player.play(plan, call, response);
      }
    });
  }

  private plan(call: OpenCall, body: Buffer | 'too-large'): SimulationPlan {
    const { nowMilliseconds, operation, simulation } = this.settings;
    const options: SimulationOptions = { ...simulation, createdSeconds: Math.floor(nowMilliseconds() / 1000) };
    if (body === 'too-large') {
      const message = `The body is larger than ${MAXIMUM_BODY_BYTES} bytes; send less.`;
      return planReply(errorReply(413, { message, type: 'invalid_request_error', code: null }), options);
    }
    this.note(call, body);
    const isWelcome = this.keySha256 === undefined || call.authorizationSha256 === this.keySha256;
    return isWelcome ? planOperation({ operation, body }, options) : planReply(invalidKey(), options);
  }

  /** Notes in the call what the request says, as far as it can be read. */
  private note(call: OpenCall, body: Buffer): void {
    try {
      const { model, texts } = readOperation(this.settings.operation, body);
      call.model = model;
      call.lastUserText = texts.join('\n');
    } catch {
      call.lastUserText = null;
    }
  }
}
