import { dataOfEvent, EventRelay } from '../event-stream.js';

const FINAL = /^\{\s*"type"\s*:\s*"(response\.(?:completed|incomplete))"/;

/** A response as it ended. */
export type FinishedResponse = Readonly<Record<string, unknown>> & { readonly id: string };

/** Follows a stream of Responses events and keeps its last one back, so that the response in it can be stored before it goes out. */
export class FinalEventHold {
  /** The response of the last event, once that has come. */
  response: FinishedResponse | undefined;
  private type = '';
  private event: Record<string, unknown> = {};
  private readonly relay: EventRelay;

  constructor() {
    const isDone = (): boolean => this.response !== undefined;
    this.relay = new EventRelay({
      get isDone() {
        return isDone();
      },
      learnFrom: (event) => this.learnFrom(event),
    });
  }

  /** Takes the next bytes and returns those that may go out. */
  push(bytes: Uint8Array): Buffer {
    return this.relay.push(bytes);
  }

  /** The last event, with this response in it. */
  encode(response: FinishedResponse): Buffer {
    return Buffer.from(`event: ${this.type}\ndata: ${JSON.stringify({ ...this.event, response })}\n\n`);
  }

  private learnFrom(event: string): boolean {
    const data = dataOfEvent(event);
    const type = data === undefined ? undefined : FINAL.exec(data)?.[1];
    if (data === undefined || type === undefined) return true;
    this.type = type;
    this.event = JSON.parse(data) as Record<string, unknown>;
    this.response = this.event.response as FinishedResponse;
    return false;
  }
}
