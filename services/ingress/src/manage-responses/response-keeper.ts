import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { responsePutReplySchema, Subject, type Caller } from '#libs/contracts';
import type { ConversationItem, FinishedResponse } from '#libs/dialects';
import { BodyClaims, carryDocument, Messaging } from '#libs/messaging';

/** What a response is kept with. */
export interface KeptRequest {
  readonly caller: Caller;
  readonly previousResponseId: string | undefined;
  readonly input: readonly ConversationItem[];
}

/** Has finished responses kept by the jobs service, before their callers see the end. */
@Injectable()
export class ResponseKeeper implements BeforeApplicationShutdown {
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly messaging: Messaging,
    private readonly bodies: BodyClaims,
  ) {}

  /**
   * Keeps a response and gives it as it is kept: a provider knows neither that it is, nor what it continues.
   * @throws MessagingError, QueryRefused where it is not kept.
   */
  async keep(
    finished: FinishedResponse,
    { caller, previousResponseId, input }: KeptRequest,
  ): Promise<FinishedResponse> {
    const previous = previousResponseId ?? null;
    const isTold = finished.store === true && (finished.previous_response_id ?? null) === previous;
    const response = isTold ? finished : { ...finished, previous_response_id: previous, store: true };
    const stored = await carryDocument(this.bodies, 'response', { response, input });
    await this.messaging.ask(Subject.responsePut, { caller, stored }, responsePutReplySchema);
    return response;
  }

  /** Calls whose response is yet to be kept hold up the end of this process. */
  expect(settled: Promise<void>): void {
    this.underWay.add(settled);
    void settled.then(() => this.underWay.delete(settled));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.underWay);
  }
}
