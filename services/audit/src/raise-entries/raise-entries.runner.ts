import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { StreamHeader, Subject } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { Logger } from '#libs/telemetry';
import { PushesRepository } from '../push-entries/pushes.repository.js';
import type { PushedEntry } from '../push-entries/pushed-entry.policy.js';
import { RegularWork } from '../regular-work.js';
import { raisedEntry } from './raised-entry.policy.js';

const LOOK_EVERY_MILLISECONDS = 1_000;
const STORE_WITHIN_MILLISECONDS = 5_000;
const SIZE = { entries: 250, bytes: 1024 * 1024 };
/** No slug, as the names of operators' destinations are. Where logs of before it end, its migration has noted. */
const DESTINATION = { name: '@webhooks', from: 'start', isOfNotes: true } as const;

/** Raises what is noted in the trail for webhooks, each at least once: jobs takes each in once, and tells whoever wishes for it and may know. */
@Injectable()
export class RaiseEntriesRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly regular: RegularWork;

  constructor(
    private readonly pushes: PushesRepository,
    private readonly messaging: Messaging,
    private readonly settings: Settings,
    log: Logger,
  ) {
    this.regular = new RegularWork({
      everyMilliseconds: LOOK_EVERY_MILLISECONDS,
      retryMilliseconds: 5_000,
      work: () => this.raiseAll(),
      onFailure: (error) => log.warn({ error }, 'entries of the trail are not raised for webhooks now; trying again'),
    });
  }

  onApplicationBootstrap(): void {
    this.regular.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.regular.stop();
  }

  /** Resolves when all there was is raised. @throws MessagingError, StorageUnavailable: the rest is raised the next time */
  async raiseAll(): Promise<void> {
    if (!this.messaging.isConnected) return;
    await this.pushes.begin(DESTINATION);
    const size = { ...SIZE, holder: this.settings.instance };
    while ((await this.pushes.send(DESTINATION, size, (entries) => this.store(entries))) > 0);
  }

  private async store(entries: readonly PushedEntry[]): Promise<void> {
    const raised = entries.flatMap((entry) => raisedEntry(entry) ?? []);
    await Promise.all(
      raised.map((notification) => {
        const subject = Subject.notificationRaised(notification.organization);
        const headers = { [StreamHeader.messageId]: notification.key };
        return this.messaging.store(subject, JSON.stringify(notification), { headers }, STORE_WITHIN_MILLISECONDS);
      }),
    );
  }
}
