import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { MessageHeader, QueueGroup, Subject, textsModerateSchema, type ReplyError } from '#libs/contracts';
import { BodyClaims, Messaging, openDocument, QueryRefused, type IncomingMessage } from '#libs/messaging';
import { RequestSeals } from '#libs/runtime';
import { Logger } from '#libs/telemetry';
import { z } from 'zod';
import { ModerateTexts } from './moderate-texts.js';

const texts = z.array(z.string());

const UNJUDGED: ReplyError = {
  status: 503,
  code: 'guard_unavailable',
  message: 'The model of moderation gave no answer; the log of the ingress says why.',
};

/** Asks models of moderation for workers, whose guards look at work that nobody waits for. */
@Injectable()
export class AnswerModerations implements OnApplicationBootstrap {
  constructor(
    private readonly messaging: Messaging,
    private readonly bodies: BodyClaims,
    private readonly moderation: ModerateTexts,
    private readonly seals: RequestSeals,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.messaging.subscribe(Subject.textsModerate, (message) => void this.answer(message), {
      queue: QueueGroup.ingress,
    });
  }

  /** Never rejects. */
  async answer(message: IncomingMessage): Promise<void> {
    const { reply } = message;
    if (reply === undefined) return;
    try {
      this.messaging.publish(reply, JSON.stringify(await this.judge(message)));
    } catch (error) {
      if (!(error instanceof QueryRefused)) this.logger.warn({ error }, 'a model of moderation could not be asked');
      const told = error instanceof QueryRefused ? error.reply : UNJUDGED;
      this.messaging.publish(reply, '', { headers: { [MessageHeader.error]: JSON.stringify(told) } });
    }
  }

  private async judge(message: IncomingMessage): Promise<object> {
    const query = textsModerateSchema.safeParse(jsonOf(message));
    if (!query.success) throw invalid(query.error.message);
    const { work, texts: carried, ...guard } = query.data;
    if (!this.seals.isAccepted(work)) throw notAccepted(work.requestId);
    const { organization, project, key } = work;
    const read = texts.safeParse(await openDocument(this.bodies, carried));
    if (!read.success) throw invalid('The texts are no list of texts.');
    const caller = { organization, project, key, admin: false };
    return this.moderation.ask(read.data, guard, { caller, isCounted: true });
  }
}

function jsonOf(message: IncomingMessage): unknown {
  try {
    return message.json();
  } catch {
    throw invalid('The query is not JSON.');
  }
}

function notAccepted(requestId: string): QueryRefused {
  const message = `Nobody here accepted ${requestId}, so that no model is asked about it: it has no valid seal.`;
  return new QueryRefused({ status: 403, code: 'request_not_accepted', message });
}

function invalid(message: string): QueryRefused {
  return new QueryRefused({ status: 400, code: 'invalid_query', message });
}
