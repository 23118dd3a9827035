import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Logger } from '#libs/telemetry';
import { RegularWork } from '../regular-work.js';
import { Destinations } from './destinations.js';
import { PushEntriesHandler } from './push-entries.handler.js';

const LOOK_EVERY_MILLISECONDS = 500;

/** Keeps every destination up with the trail, each for itself, so that one that is slow holds up no other. */
@Injectable()
export class PushEntriesRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly works: readonly RegularWork[];

  constructor(destinations: Destinations, handler: PushEntriesHandler, log: Logger) {
    this.works = destinations.all.map(
      (destination) =>
        new RegularWork({
          everyMilliseconds: LOOK_EVERY_MILLISECONDS,
          retryMilliseconds: 5_000,
          work: () => handler.push(destination, this.stopping.signal),
          onFailure: (error) => log.warn({ error, destination: destination.name }, 'entries are not pushed now'),
        }),
    );
  }

  onApplicationBootstrap(): void {
    for (const work of this.works) work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new Error('the service stops'));
    await Promise.all(this.works.map((work) => work.stop()));
  }
}
