import { Bucket, snapshotSchema, type Snapshot } from '#libs/contracts';
import type { LinkLog, NatsLink } from '../link/nats-link.js';
import type { Messaging, Subscription } from '../messaging.js';
import type { SnapshotStore } from './snapshot-store.js';

const CHECK_EVERY_MILLISECONDS = 5_000;
const FIRST_CHECKS_EVERY_MILLISECONDS = 250;

/**
 * Holds the newest configuration in memory. Writes to the bucket are ordinary messages on `$KV.snapshot.current`, so a plain
 * subscription hears them within a millisecond; a periodic read covers what was missed while disconnected. Once a snapshot
 * is held it stays in force whatever happens to NATS or Postgres.
 */
export class SnapshotWatch {
  private held: Snapshot | undefined;
  private readonly listeners: ((snapshot: Snapshot) => void)[] = [];
  private readonly waiting = new Set<(snapshot: Snapshot) => void>();
  private subscription: Subscription | undefined;
  private timer: NodeJS.Timeout | undefined;
  private markReady: () => void = () => undefined;

  /** Resolves when the first snapshot is there. */
  readonly ready = new Promise<void>((resolve) => (this.markReady = resolve));

  constructor(
    private readonly link: NatsLink,
    private readonly messaging: Messaging,
    private readonly store: SnapshotStore,
    private readonly log: LinkLog,
  ) {}

  get current(): Snapshot | undefined {
    return this.held;
  }

  /** Calls the listener with each newer snapshot, and at once with the one already held. */
  onChange(listener: (snapshot: Snapshot) => void): void {
    this.listeners.push(listener);
    if (this.held) listener(this.held);
  }

  /**
   * Resolves as soon as the snapshot held is of this revision or a later one, or when the time is over. For those who get a
   * message made under a revision that has not come to them yet.
   */
  async reached(revision: number, withinMilliseconds: number): Promise<void> {
    if (this.held && this.held.revision >= revision) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve();
      };
      const look = ({ revision: held }: Snapshot): void => (held >= revision ? done() : undefined);
      const timer = setTimeout(done, withinMilliseconds);
      this.waiting.add(look);
    });
  }

  start(): void {
    this.subscription = this.messaging.subscribe(`$KV.${Bucket.snapshot.name}.${Bucket.snapshot.key}`, (message) => {
      if (message.data.length > 0) this.take(() => snapshotSchema.parse(message.json()));
    });
    this.link.on('up', this.check);
    this.check();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.link.off('up', this.check);
    this.subscription?.unsubscribe();
  }

  private readonly check = (): void => void this.readStored();

  private async readStored(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const stored = this.link.isUp ? await this.store.read() : undefined;
      if (stored) this.take(() => stored);
    } catch (error) {
      this.log.warn({ error }, 'the stored configuration cannot be read; staying on the one held');
    }
    this.timer = setTimeout(this.check, this.held ? CHECK_EVERY_MILLISECONDS : FIRST_CHECKS_EVERY_MILLISECONDS);
    this.timer.unref();
  }

  private take(read: () => Snapshot): void {
    try {
      const snapshot = read();
      if (this.held && snapshot.revision <= this.held.revision) return;
      this.held = snapshot;
    } catch (error) {
      this.log.warn({ error }, 'a configuration that this version cannot read was ignored');
      return;
    }
    this.markReady();
    for (const listener of [...this.listeners, ...this.waiting]) listener(this.held);
  }
}
