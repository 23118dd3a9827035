import { asJson } from './as-json.js';
import { DialectStreamError, type AnswerStreamReader, type StreamFacts } from './caller-dialect.js';
import { dataOfEvent, EventRelay } from './event-stream.js';
import { KnownShape } from './known-shape.js';

/**
 * Follows a stream of JSON in server-sent events as it is relayed. Bytes go on unchanged and in whole events only, so that a cut
 * never leaves half of one behind. What an event tells is the dialect's.
 */
export abstract class RelayedStreamReader implements AnswerStreamReader {
  readonly facts: StreamFacts = { tokenEvents: 0, isDone: false };
  private readonly relay: EventRelay;
  private readonly shape = new KnownShape();

  constructor() {
    const { facts } = this;
    this.relay = new EventRelay({
      get isDone() {
        return facts.isDone;
      },
      learnFrom: (event) => this.learnFrom(event),
    });
  }

  push(bytes: Uint8Array): Buffer {
    return this.relay.push(bytes);
  }

  end(): void {
    this.relay.end();
  }

  /** Learns from the JSON of one event, as text, and says whether the event is to be relayed. */
  protected abstract learnFromData(data: string): boolean;

  /** Whether the event is a mark of the dialect that is no JSON; learns from it. */
  protected isMark(_data: string): boolean {
    return false;
  }

  /** One of the many events of which nothing is to be learnt but that they are there, and whole. */
  protected countToken(data: string): void {
    asJson(() => this.shape.check(data));
    this.facts.tokenEvents++;
  }

  private learnFrom(event: string): boolean {
    if (event === '') return false;
    const data = dataOfEvent(event);
    if (data === undefined || this.isMark(data)) return true;
    if (!data.startsWith('{') || !data.endsWith('}')) {
      throw new DialectStreamError('bad_answer', 'the stream held an event that is not JSON');
    }
    return this.learnFromData(data);
  }
}
