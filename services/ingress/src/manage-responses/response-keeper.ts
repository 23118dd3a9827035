import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { responsePutReplySchema, Subject, type Caller, type ResponseKeeping } from '#libs/contracts';
import type { ConversationItem, FinishedResponse } from '#libs/dialects';
import { BodyClaims, carryDocument, Messaging } from '#libs/messaging';
import type { KeptResponse } from './kept-caller-response.js';

/** What a response is kept with. */
export interface KeptRequest {
  readonly requestId: string;
  readonly caller: Caller;
  readonly previousResponseId: string | undefined;
  readonly input: readonly ConversationItem[];
  /** Whether the response has been given before: it then gets an id of its own, so that deleting one breaks no other. */
  readonly isRepeat?: boolean;
}

const RENAMED = "The provider's id of this response is that of an earlier one; it is kept under another id.";
const TOO_LARGE = 'The response is too large, with its whole conversation, and is not kept; begin a new one.';

/** Has finished responses kept by the jobs service, before their callers see the end. */
@Injectable()
export class ResponseKeeper implements BeforeApplicationShutdown {
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly messaging: Messaging,
    private readonly bodies: BodyClaims,
  ) {}

  /**
   * Keeps a response and gives it as it is kept: a provider knows neither that it is, nor what it continues. One that is too
   * large says that it is not kept; one whose id the project has already gets one of our own, which nobody else gives.
   * @throws MessagingError, QueryRefused where it is not kept.
   */
  async keep(finished: FinishedResponse, kept: KeptRequest): Promise<KeptResponse> {
    const previous = kept.previousResponseId ?? null;
    const isTold = finished.store === true && (finished.previous_response_id ?? null) === previous;
    const response = isTold ? finished : { ...finished, previous_response_id: previous, store: true };
    const renamed = { ...response, id: `resp_${kept.requestId.replace(/^req_/, '')}` };
    const first = kept.isRepeat ? renamed : response;
    const keeping = await this.put(first, kept);
    if (keeping === 'kept') return { response: first };
    if (keeping === 'too_large') return { response: { ...response, store: false }, warning: TOO_LARGE };
    if (first !== renamed && (await this.put(renamed, kept)) === 'kept') return { response: renamed, warning: RENAMED };
    throw new Error(`the id ${renamed.id} of our own is taken`);
  }

  /** Calls whose response is yet to be kept hold up the end of this process. */
  expect(settled: Promise<void>): void {
    this.underWay.add(settled);
    void settled.then(() => this.underWay.delete(settled));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.underWay);
  }

  private async put(response: FinishedResponse, { caller, input }: KeptRequest): Promise<ResponseKeeping> {
    const stored = await carryDocument(this.bodies, 'response', { response, input });
    return (await this.messaging.ask(Subject.responsePut, { caller, stored }, responsePutReplySchema)).keeping;
  }
}
