import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { MessageHeader, StreamHeader, Subject } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { Database } from '#libs/storage';
import { Logger } from '#libs/telemetry';
import { RegularWork } from '../regular-work.js';
import type { FollowedEntry } from './fresh-entries.js';
import { UnstreamedRepository } from './unstreamed.repository.js';

const LOOK_EVERY_MILLISECONDS = 500;
const MOST_AT_ONCE = 250;
const STORE_WITHIN_MILLISECONDS = 5_000;

/** Puts what is recorded into the stream AUDIT, in the order of each log, for those who follow the trail. */
@Injectable()
export class StreamEntriesRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly regular: RegularWork;
  private isFailing = false;

  constructor(
    private readonly database: Database,
    private readonly entries: UnstreamedRepository,
    private readonly messaging: Messaging,
    log: Logger,
  ) {
    this.regular = new RegularWork({
      everyMilliseconds: LOOK_EVERY_MILLISECONDS,
      work: async () => {
        await this.sendAll();
        this.isFailing = false;
      },
      onFailure: (error) => {
        if (!this.isFailing)
          log.warn({ error }, 'entries of the trail do not get into the stream AUDIT now; trying again');
        this.isFailing = true;
      },
    });
  }

  onApplicationBootstrap(): void {
    this.regular.start(this.database.whenReady());
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.regular.stop();
  }

  /** Resolves when the stream has all there was. @throws MessagingError, StorageUnavailable: the rest is sent the next time */
  async sendAll(): Promise<void> {
    if (!this.messaging.isConnected) return;
    while ((await this.entries.send(MOST_AT_ONCE, (entries) => this.store(entries))) > 0);
  }

  /** Messages of one connection are stored in the order they are sent in, so that all may be under way at once. */
  private async store(entries: readonly FollowedEntry[]): Promise<void> {
    await Promise.all(
      entries.map(({ organization, sequence, type, recordedAt, body }) => {
        const headers = {
          [StreamHeader.messageId]: `${organization}-${sequence}`,
          [MessageHeader.entryType]: type,
          [MessageHeader.entrySequence]: String(sequence),
          [MessageHeader.recordedAt]: recordedAt.toISOString(),
        };
        return this.messaging.store(Subject.auditRecorded(organization), body, { headers }, STORE_WITHIN_MILLISECONDS);
      }),
    );
  }
}
