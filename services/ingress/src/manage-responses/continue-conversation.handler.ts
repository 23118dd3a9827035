import { Injectable } from '@nestjs/common';
import { carriedDocumentSchema, responseContextSchema, Subject, type Caller } from '#libs/contracts';
import { DialectError, expandInput, wholeInput, type ConversationItem, type StateFacts } from '#libs/dialects';
import { BodyClaims, Messaging, openDocument } from '#libs/messaging';
import { HttpLimit } from '../http/http-limits.js';

/** A request that says everything by itself, as any provider can take it. */
export interface WholeRequest {
  readonly body: Buffer;
  /** The items of its input, earlier ones included. */
  readonly items: readonly ConversationItem[];
}

/** Puts what a request continues or refers to in its place, so that no provider need know of earlier responses. */
@Injectable()
export class ContinueConversationHandler {
  constructor(
    private readonly messaging: Messaging,
    private readonly bodies: BodyClaims,
  ) {}

  /** @throws DialectError 400 for an item that is not there or a conversation that is too long, QueryRefused for the response. */
  async handle(caller: Caller, body: Buffer, state: StateFacts): Promise<WholeRequest> {
    const { previousResponseId, referredIds } = state;
    if (previousResponseId === undefined && referredIds.length === 0) return { body, items: state.items };
    const query = { caller, previousResponseId, referredIds };
    const carried = await this.messaging.ask(Subject.responseContextRead, query, carriedDocumentSchema);
    const context = responseContextSchema.parse(await openDocument(this.bodies, carried));
    const items = wholeInput(state, context.earlier, context.referred);
    const whole = expandInput(body, items);
    if (whole.length > HttpLimit.bodyBytes) {
      throw new DialectError(
        400,
        'context_length_exceeded',
        `With its earlier items the conversation is larger than ${HttpLimit.bodyBytes} bytes; begin a new one.`,
        'previous_response_id',
      );
    }
    return { body: whole, items };
  }
}
