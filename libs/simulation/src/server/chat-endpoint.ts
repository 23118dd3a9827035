import type { IncomingMessage, ServerResponse } from 'node:http';
import { planReply } from '../plan/plan-reply.js';
import type { SimulationOptions } from '../plan/simulation-options.js';
import type { SimulationPlan } from '../plan/simulation-plan.js';
import { hashPrompt, hexOf } from '../text/prompt-hash.js';
import { AttemptCounter } from './attempt-counter.js';
import type { CallBook, OpenCall } from './call-book.js';
import type { EndpointWire } from './endpoint-wire.js';
import type { PlanPlayer } from './plan-player.js';
import type { ProviderLimits } from './provider-limits.js';
import { PlanMemory } from './plan-memory.js';
import { readBody } from './read-body.js';
import { sha256Of } from './sha-256.js';

/** What decides the answers of a chat endpoint, and in which format they are. */
export interface ChatEndpointSettings {
  readonly wire: EndpointWire;
  readonly key: string | undefined;
  readonly simulation: Omit<SimulationOptions, 'createdSeconds' | 'attempt'>;
  readonly nowMilliseconds: () => number;
  readonly limits: ProviderLimits;
}

const MAXIMUM_BODY_BYTES = 32 * 1024 * 1024;

/** One endpoint for chats: reads the call, plans the answer, has it played, and sees that it is written down. */
export class ChatEndpoint {
  private readonly attempts = new AttemptCounter();
  private readonly memory = new PlanMemory();
  private readonly keySha256: string | undefined;

  constructor(
    private readonly settings: ChatEndpointSettings,
    private readonly book: CallBook,
    private readonly player: PlanPlayer,
  ) {
    this.keySha256 = settings.key === undefined ? undefined : sha256Of(settings.key);
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const call = this.book.arrive(request);
    readBody(request, MAXIMUM_BODY_BYTES, (body) => {
      if (body === 'aborted') this.book.end(call, 'aborted-by-client');
      else this.player.play(this.admitted(this.plan(call, body), call), call, response);
    });
  }

  private admitted(plan: SimulationPlan, call: OpenCall): SimulationPlan {
    const { limits, wire } = this.settings;
    return wire.countsAgainstLimits ? limits.admit(plan, call.model, wire.dialect) : plan;
  }

  private plan(call: OpenCall, body: Buffer | 'too-large'): SimulationPlan {
    const { nowMilliseconds, simulation, wire } = this.settings;
    const options: SimulationOptions = { ...simulation, createdSeconds: Math.floor(nowMilliseconds() / 1000) };
    if (body === 'too-large') {
      const message = `The body is larger than ${MAXIMUM_BODY_BYTES} bytes; send less.`;
      return planReply(wire.refuse(413, message, null), options);
    }
    const text = body.toString();
    const known = this.memory.find(text, options.createdSeconds);
    if (known !== undefined && known.authorizationSha256 === call.authorizationSha256) {
      call.model = known.model;
      call.stream = known.stream;
      call.lastUserText = known.lastUserText;
      return known.plan;
    }
    const plan = this.planText(call, text, options);
    const isRepeatable = plan.kind === 'whole' && (options.failureRate ?? 0) === 0;
    if (isRepeatable) {
      const { model, stream, lastUserText, authorizationSha256 } = call;
      this.memory.remember(text, { model, stream, lastUserText, authorizationSha256, plan });
    }
    return plan;
  }

  private planText(call: OpenCall, text: string, options: SimulationOptions): SimulationPlan {
    const { wire } = this.settings;
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      return planReply(wire.refuse(400, 'The body is not valid JSON.', null), options);
    }
    const model = modelOf(parsed);
    if (model === undefined) return planReply(wire.refuse(400, 'model must be a string.', 'model'), options);
    const attempt = this.note(call, model, parsed);
    const isWelcome = this.keySha256 === undefined || call.authorizationSha256 === this.keySha256;
    if (!isWelcome) return planReply(wire.refuseKey(), options);
    return wire.plan(model, parsed, { ...options, attempt });
  }

  /** Notes in the call what the request says, as far as it can be read; returns how often it was tried before. */
  private note(call: OpenCall, model: string, parsed: unknown): number {
    call.model = model;
    try {
      const request = this.settings.wire.read(model, parsed);
      call.stream = request.isStream;
      call.lastUserText = request.lastUserText;
      const { failureRate = 0 } = this.settings.simulation;
      return failureRate > 0 ? this.attempts.next(hexOf(hashPrompt(request))) : 0;
    } catch {
      return 0;
    }
  }
}

function modelOf(body: unknown): string | undefined {
  const isObject = typeof body === 'object' && body !== null && 'model' in body;
  return isObject && typeof body.model === 'string' ? body.model : undefined;
}
