import { Injectable } from '@nestjs/common';
import { encodeRequestsEnded, requestEndedSubject, Subject, type RequestEnded } from '#libs/contracts';
import { AtomicBatchPublisher } from '#libs/messaging';

const GATHER_MILLISECONDS = 20;
const MOST_EVENTS = 100;
/** A message may hold a MiB as UTF-8; text of other scripts takes up to three bytes for each of its characters. */
const MOST_CHARACTERS = 300 * 1024;
/** They have waited for company already. */
const THEN_MILLISECONDS = 2;

interface Gathering {
  readonly texts: string[];
  characters: number;
  readonly timer: NodeJS.Timeout;
  readonly stored: PromiseWithResolvers<void>;
  readonly single: string;
}

/**
 * Stores terminal events of the durable lane, those of an organisation that come close together in one message: a message costs
 * the server and each reader more than the event in it.
 */
@Injectable()
export class ResultBundles {
  private readonly gathering = new Map<string, Gathering>();

  constructor(private readonly results: AtomicBatchPublisher) {}

  /** Resolves when the event is on disk. `text` is the event as a message of its own. */
  async store(event: RequestEnded, text: string): Promise<void> {
    if (text.length > MOST_CHARACTERS / 2) {
      return this.results.publish(requestEndedSubject(event), text, GATHER_MILLISECONDS);
    }
    const { organization } = event;
    if ((this.gathering.get(organization)?.characters ?? 0) + text.length > MOST_CHARACTERS) this.send(organization);
    const bundle = this.gathering.get(organization) ?? this.begin(event);
    bundle.texts.push(text);
    bundle.characters += text.length;
    if (bundle.texts.length >= MOST_EVENTS) this.send(organization);
    return bundle.stored.promise;
  }

  private begin(event: RequestEnded): Gathering {
    const bundle: Gathering = {
      texts: [],
      characters: 0,
      timer: setTimeout(() => this.send(event.organization), GATHER_MILLISECONDS),
      stored: Promise.withResolvers<void>(),
      single: requestEndedSubject(event),
    };
    this.gathering.set(event.organization, bundle);
    return bundle;
  }

  private send(organization: string): void {
    const bundle = this.gathering.get(organization);
    if (!bundle) return;
    this.gathering.delete(organization);
    clearTimeout(bundle.timer);
    const [only] = bundle.texts;
    const stored =
      bundle.texts.length === 1 && only !== undefined
        ? this.results.publish(bundle.single, only, THEN_MILLISECONDS)
        : this.results.publish(
            Subject.requestsEnded(organization, 'durable'),
            encodeRequestsEnded(bundle.texts),
            THEN_MILLISECONDS,
          );
    stored.then(bundle.stored.resolve, bundle.stored.reject);
  }
}
