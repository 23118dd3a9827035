import { Injectable } from '@nestjs/common';
import {
  encodeRequestEnded,
  eventFacts,
  requestEndedSubject,
  type Caller,
  type Facts,
  type GuardEntry,
  type GuardVerdict,
  type RequestEnded,
} from '#libs/contracts';
import { DialectError, formTexts, withFormTexts, type CallerDialect, type DialectFacts } from '#libs/dialects';
import { GuardRefused, guardRequest, guardsOn, guardTexts, Placeholders, type CompiledGuard } from '#libs/guards';
import { AtomicBatchPublisher } from '#libs/messaging';
import { Logger } from '#libs/telemetry';
import { RequestSeals } from '#libs/runtime';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { RequestFacts } from '../accept-request/request-facts.js';
import { AnswerGuard } from './answer-guard.js';
import { AllGuardSources } from './guard-sources.js';
import { GuardsInForce } from './guards-in-force.js';
import { NoteVerdicts } from './note-verdicts.js';

/** A request on its way to its guards. */
export interface GuardedCall {
  readonly dialect: CallerDialect;
  readonly request: AuthenticatedRequest;
  readonly facts: DialectFacts;
  readonly body: Buffer;
}

/** A request as its guards let it go on. */
export interface PassedCall {
  readonly body: Buffer;
  /** Of the body as it now is, with what guards said of it. */
  readonly facts: DialectFacts & Pick<Facts, 'dataFound' | 'guardVerdicts'>;
  /** For the way back; absent where nothing stands there. */
  readonly answer?: AnswerGuard;
  /** What was masked. */
  readonly placeholders: Placeholders;
}

/** Lets requests go through the guards of their caller and their model, before anything of them leaves this process. */
@Injectable()
export class GuardTrafficHandler {
  constructor(
    private readonly guards: GuardsInForce,
    private readonly sources: AllGuardSources,
    private readonly requestFacts: RequestFacts,
    private readonly results: AtomicBatchPublisher,
    private readonly notes: NoteVerdicts,
    private readonly logger: Logger,
    private readonly seals: RequestSeals,
  ) {}

  /** Undefined where no guard applies, as for most. @throws DialectError 400 `guard_blocked`, 503 `guard_unavailable` */
  async handle(call: GuardedCall, isKept = false): Promise<PassedCall | undefined> {
    const { request, facts, body } = call;
    const { caller, id: requestId } = request;
    const all = this.guards.of(caller, facts);
    if (all.length === 0) return undefined;
    const onAnswer = guardsOn('answer', all);
    if (isKept) refuseKeptStream(all);
    const sources = this.sources.for({ requestId, caller });
    try {
      const onRequest = guardsOn('request', all);
      const guarded = await this.guardBody(body, { onRequest, contentType: facts.contentType, sources });
      const { placeholders, verdicts, left } = guarded;
      const passed = guarded.body === body ? facts : factsOf(call, guarded.body);
      const needsAnswer = onAnswer.length > 0 || !placeholders.isEmpty;
      const note = (said: readonly GuardVerdict[]): void => this.notes.note(caller, requestId, said);
      return {
        body: guarded.body,
        facts: {
          ...passed,
          ...(left.length === 0 ? {} : { dataFound: left as Facts['dataFound'] }),
          guardVerdicts: [...verdicts],
        },
        placeholders,
        ...(needsAnswer ? { answer: new AnswerGuard(onAnswer, placeholders, sources, note) } : {}),
      };
    } catch (error) {
      if (!(error instanceof GuardRefused)) throw error;
      await this.recordRefusal(call, error);
      throw new DialectError(error.status, error.code, error.message);
    }
  }

  /** For streams that are kept for whoever comes back. @throws DialectError 400 where guards forbid that. */
  refuseKeptStream(caller: Caller, asked: Pick<Facts, 'model' | 'wishes'>): void {
    refuseKeptStream(this.guards.of(caller, asked));
  }

  private async guardBody(
    body: Buffer,
    {
      onRequest,
      contentType,
      sources,
    }: {
      readonly onRequest: readonly CompiledGuard[];
      readonly contentType: string | undefined;
      readonly sources: ReturnType<AllGuardSources['for']>;
    },
  ) {
    const form = contentType === undefined ? undefined : formTexts(body, contentType);
    if (!form) {
      const text = body.toString('utf8');
      const guarded = await guardRequest(text, onRequest, sources);
      return { ...guarded, body: guarded.body === text ? body : Buffer.from(guarded.body) };
    }
    const texts = form.map(({ text }) => text);
    const placeholders = new Placeholders(texts.join('\n'));
    const guarded = await guardTexts(texts, onRequest, { side: 'request', sources, placeholders });
    const isChanged = guarded.texts.some((text, index) => text !== texts[index]);
    return { ...guarded, placeholders, body: isChanged ? withFormTexts(body, form, guarded.texts) : body };
  }

  /** A request that a guard refused was never called for, and ends on record like any other. */
  private async recordRefusal({ dialect, request, facts, body }: GuardedCall, refused: GuardRefused): Promise<void> {
    const { caller, id: requestId } = request;
    const { facts: complete } = this.requestFacts.complete({ requestId, caller, dialect, facts, body });
    const { code, status, message, refusal } = refused;
    const { facts: said, ...whose } = eventFacts(complete);
    // They are texts of the caller too, and may be what was refused.
    const { tags: _tags, metadata: _metadata, ...recorded } = said ?? {};
    const event: RequestEnded = {
      ...whose,
      facts: recorded,
      outcome: 'failed',
      endedAt: Date.now(),
      attempts: [],
      guards: [...refusal.verdicts],
      error: { class: code === 'guard_blocked' ? 'content_filter' : 'connection', status, code, message },
    };
    await this.results
      .publish(requestEndedSubject(event), encodeRequestEnded(this.seals.sealed(event)))
      .catch((error: unknown) => this.logger.error({ requestId, error }, 'a terminal event could not be stored'));
  }
}

/**
 * Of the body as it now is: where its values stand and how large it is. Whose the request is and what it wishes for was said in the
 * body as it came: an end user who is known by a mail address keeps it, for limits and budgets.
 */
function factsOf({ dialect, facts }: GuardedCall, body: Buffer): DialectFacts {
  const { spans, bodyBytes, ownMembers, estimatedPromptTokens } = dialect.readFacts(body, facts.contentType);
  return { ...facts, spans, bodyBytes, estimatedPromptTokens, ...(ownMembers ? { ownMembers } : {}) };
}

/** Whoever picks a stream up again elsewhere would get it past its guards, and with placeholders. */
function refuseKeptStream(all: readonly GuardEntry[]): void {
  if (all.every(({ on, action }) => !on.includes('answer') && action !== 'reversible')) return;
  throw new DialectError(
    400,
    'not_resumable',
    'A stream cannot be picked up again where guards look at answers or put values back; ask for it without that, or without the stream.',
  );
}
