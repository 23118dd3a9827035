import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';

import { StreamHeader } from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import { ServiceLogger } from '#libs/runtime';

import { OutgoingMessagesRepository } from './outgoing-messages.repository.js';

const LOOK_EVERY_MILLISECONDS = 1_000;
const STORE_WITHIN_MILLISECONDS = 5_000;

/** Publishes what was recorded, in order and until the stream has it; a repetition is dropped by its message id. */
@Injectable()
export class OutgoingRelay implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopped = false;
  private isFailing = false;

  constructor(
    private readonly messages: OutgoingMessagesRepository,
    private readonly messaging: Messaging,
    private readonly log: ServiceLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule(LOOK_EVERY_MILLISECONDS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Looks at once, for somebody who has just recorded a message. */
  nudge(): void {
    clearTimeout(this.timer);
    this.schedule(0);
  }

  private schedule(delayMilliseconds: number): void {
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.running = this.running.then(() => this.sendAll()).finally(() => this.reschedule());
    }, delayMilliseconds);
  }

  private reschedule(): void {
    clearTimeout(this.timer);
    this.schedule(LOOK_EVERY_MILLISECONDS);
  }

  private async sendAll(): Promise<void> {
    if (!this.messaging.isConnected) return;
    try {
      while ((await this.messages.send((message) => this.publish(message))) > 0);
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.log.warn({ error }, 'notes of changes cannot be sent on now; trying again');
      this.isFailing = true;
    }
  }

  private async publish({
    subject,
    messageId,
    body,
  }: {
    subject: string;
    messageId: string;
    body: object;
  }): Promise<void> {
    const headers = { [StreamHeader.messageId]: messageId };
    await this.messaging.store(subject, JSON.stringify(body), { headers }, STORE_WITHIN_MILLISECONDS);
  }
}
