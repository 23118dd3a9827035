import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { requestEndedSubject, Subject, type RequestEnded } from '#libs/contracts';
import { AtomicBatchPublisher, Messaging } from '#libs/messaging';
import { metrics } from '#libs/telemetry';
import { ResultBundles } from './result-bundles.js';

const TELL_EVERY_MILLISECONDS = 50;
/** A caller has its answer already, and the ingress holds a copy of the event until it is told. */
const GATHER_MILLISECONDS = 100;

/**
 * Stores terminal events in the RESULTS stream and then tells the ingress that waits which requests are recorded. An ingress
 * that is not told (this process died in between) records the event itself, from the copy on the answer's last frame.
 */
@Injectable()
export class ResultRecorder implements OnApplicationShutdown {
  private readonly recorded = new Map<string, string[]>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly results: AtomicBatchPublisher,
    private readonly messaging: Messaging,
    private readonly bundles: ResultBundles,
  ) {}

  /** Resolves when the event is on disk. `text` is the event as a message. */
  async record(event: RequestEnded, text: string, ingress: string | undefined): Promise<void> {
    metrics.requests.add({ outcome: event.outcome, lane: event.lane, model: event.model });
    if (event.lane === 'durable') await this.bundles.store(event, text);
    else await this.results.publish(requestEndedSubject(event), text, GATHER_MILLISECONDS);
    if (ingress !== undefined) this.remember(ingress, event.requestId);
  }

  onApplicationShutdown(): void {
    this.tell();
  }

  private remember(ingress: string, requestId: string): void {
    const ids = this.recorded.get(ingress);
    if (ids) ids.push(requestId);
    else this.recorded.set(ingress, [requestId]);
    this.timer ??= setTimeout(() => this.tell(), TELL_EVERY_MILLISECONDS);
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const [ingress, ids] of this.recorded) {
      this.messaging.publish(Subject.resultsRecorded(ingress), JSON.stringify(ids));
    }
    this.recorded.clear();
  }
}
