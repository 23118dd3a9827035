import { randomBytes } from 'node:crypto';
import type { Msg, Subscription } from '@nats-io/transport-node';
import type { ConsumerDefinition } from '#libs/contracts';
import type { LinkLog, NatsLink } from '../link/nats-link.js';
import { StreamMessage } from '../message/stream-message.js';
import type { Topology } from './topology.js';

const EXPIRES_MILLISECONDS = 10_000;
const SILENCE_MILLISECONDS = EXPIRES_MILLISECONDS + 5_000;
const RECOVERY_DELAY_MILLISECONDS = 500;
const WATCH_EVERY_MILLISECONDS = 250;
const REQUEST_EXPIRED = 408;

/** What a pull subscription asks of its user. */
export interface PullUser {
  /** How many more messages the user would take now, those already asked for included. */
  capacity(): number;
  onMessage(message: StreamMessage): void;
}

/**
 * Keeps a durable consumer's messages coming: asks for as many as its user can take, asks again as they are taken, and
 * starts over after an outage, a server's restart or a wiped store. Delivery is at least once.
 */
export class PullSubscription {
  private readonly subject: string;
  private subscription: Subscription | undefined;
  private inbox = '';
  private asked = 0;
  private mostAsked = 1;
  private lastSignal = Date.now();
  private pausedUntil = 0;
  private watch: NodeJS.Timeout | undefined;

  constructor(
    private readonly link: NatsLink,
    private readonly topology: Topology,
    private readonly log: LinkLog,
    private readonly consumer: ConsumerDefinition,
    private readonly user: PullUser,
  ) {
    this.subject = `$JS.API.CONSUMER.MSG.NEXT.${consumer.stream}.${consumer.name}`;
  }

  start(): void {
    this.link.on('up', this.restart);
    this.watch = setInterval(() => this.look(), WATCH_EVERY_MILLISECONDS);
    this.restart();
  }

  /** Asks for no more. Messages already on their way are still handed over. */
  stop(): void {
    clearInterval(this.watch);
    this.watch = undefined;
    this.link.off('up', this.restart);
    this.subscription?.unsubscribe();
  }

  /**
   * To be called when the user can take more. Asks in bulk, so that a request pays for many messages: for less than an eighth
   * of the usual it waits until the next look, a quarter of a second at most.
   */
  refill(least = this.mostAsked / 8): void {
    if (this.watch === undefined || !this.link.isUp || Date.now() < this.pausedUntil) return;
    const room = this.user.capacity() - this.asked;
    if (room <= 0 || room < least || (this.asked > 0 && room < this.asked)) return;
    this.asked += room;
    this.mostAsked = Math.max(this.mostAsked, room);
    const request = JSON.stringify({ batch: room, expires: EXPIRES_MILLISECONDS * 1_000_000 });
    this.link.connection.publish(this.subject, request, { reply: this.inbox });
  }

  private readonly restart = (): void => {
    if (this.watch === undefined) return;
    this.subscription?.unsubscribe();
    this.inbox = `${this.link.inboxPrefix}${randomBytes(12).toString('hex')}`;
    this.subscription = this.link.subscribe(this.inbox, (raw) => this.receive(raw));
    this.asked = 0;
    this.lastSignal = Date.now();
    this.refill();
  };

  private receive(raw: Msg): void {
    this.lastSignal = Date.now();
    const message = new StreamMessage(raw);
    const status = this.statusOf(raw);
    if (status === undefined) return;
    if (status !== 0 && raw.subject === this.inbox) {
      this.receiveStatus(status, message);
      return;
    }
    this.asked = Math.max(0, this.asked - 1);
    this.user.onMessage(message);
  }

  /** A foreign publisher may have stored headers that the client cannot read: nobody ever could, so they are ended here. */
  private statusOf(raw: Msg): number | undefined {
    try {
      return raw.headers?.code ?? 0;
    } catch (error) {
      this.log.warn(
        { consumer: this.consumer.name, error },
        'a message with unreadable headers was taken out of its stream',
      );
      this.asked = Math.max(0, this.asked - 1);
      this.link.connection.publish(raw.reply ?? '', '+TERM');
      return undefined;
    }
  }

  private receiveStatus(status: number, message: StreamMessage): void {
    if (status === REQUEST_EXPIRED) {
      const undelivered = Number(message.header('Nats-Pending-Messages') ?? this.asked);
      this.asked = Math.max(0, this.asked - undelivered);
      this.refill();
      return;
    }
    this.log.warn(
      { consumer: this.consumer.name, status, reason: message.statusText },
      'pull request refused; checking the streams and asking again',
    );
    this.pausedUntil = Date.now() + RECOVERY_DELAY_MILLISECONDS;
    this.asked = 0;
    void this.topology
      .provision()
      .catch((error: unknown) => this.log.warn({ error }, 'streams could not be provisioned; trying again'))
      .then(() => setTimeout(this.restart, RECOVERY_DELAY_MILLISECONDS));
  }

  private look(): void {
    if (Date.now() - this.lastSignal > SILENCE_MILLISECONDS && this.link.isUp) this.restart();
    else this.refill(1);
  }
}
