import { NumberedEvents, withNumber } from '../follow-stream/numbered-events.js';
import { CallerResponse } from './caller-response.js';

/** A stream that can be picked up again: its events are numbered, so that a caller who comes back can say where to go on. */
export class ResumableCallerResponse extends CallerResponse {
  private readonly events = new NumberedEvents();

  override chunk(bytes: Uint8Array): boolean {
    const text = this.events
      .push(bytes)
      .map(({ event, number }) => withNumber(event, number))
      .join('');
    return text === '' || super.chunk(Buffer.from(text));
  }
}
