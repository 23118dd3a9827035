import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Subject } from '#libs/contracts';
import { Messaging } from '#libs/messaging';

const TELL_EVERY_MILLISECONDS = 10_000;

/** When keys were used last: noted in memory by each request, and told to control now and then, off the way of requests. */
@Injectable()
export class KeyUses implements BeforeApplicationShutdown {
  private used = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly messaging: Messaging) {}

  note(id: string): void {
    this.used.set(id, Date.now());
    this.timer ??= setTimeout(() => this.tell(), TELL_EVERY_MILLISECONDS).unref();
  }

  beforeApplicationShutdown(): void {
    this.tell();
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.used.size === 0 || !this.messaging.isConnected) return;
    this.messaging.publish(Subject.keyUsed, JSON.stringify(Object.fromEntries(this.used)));
    this.used = new Map();
  }
}
