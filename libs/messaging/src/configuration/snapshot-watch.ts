import { z } from 'zod';
import { Bucket, snapshotSchema, type Snapshot } from '#libs/contracts';
import { metrics } from '#libs/telemetry';
import type { LinkLog, NatsLink } from '../link/nats-link.js';
import type { Messaging, Subscription } from '../messaging.js';
import type { SnapshotStore } from './snapshot-store.js';

const CHECK_EVERY_MILLISECONDS = 5_000;
const FIRST_CHECKS_EVERY_MILLISECONDS = 250;

/** As much of a configuration of another version as can be relied on. */
const revisionSchema = z.object({ revision: z.number() });

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
  private toldRefusal = '';
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
      if (message.data.length > 0) this.take(message.text());
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
    const stored = this.link.isUp ? await this.store.readText() : undefined;
    if (stored !== undefined) this.take(stored);
    this.timer = setTimeout(this.check, this.held ? CHECK_EVERY_MILLISECONDS : FIRST_CHECKS_EVERY_MILLISECONDS);
    this.timer.unref();
  }

  private take(text: string): void {
    const snapshot = this.read(text);
    if (!snapshot || (this.held && snapshot.revision <= this.held.revision)) return;
    this.held = snapshot;
    metrics.configurationRevision.set({ kind: 'in_force' }, snapshot.revision);
    this.markReady();
    for (const listener of [...this.listeners, ...this.waiting]) listener(this.held);
  }

  /** What is written last is in force or refused; one that is refused is told of once, and counted as long as it lies there. */
  private read(text: string): Snapshot | undefined {
    const { error, data: snapshot } = snapshotSchema.safeParse(jsonIn(text));
    const refusal = snapshot ? '' : text;
    metrics.configurationRefused.set({ kind: 'snapshot' }, snapshot ? 0 : 1);
    const revision = snapshot?.revision ?? revisionSchema.safeParse(jsonIn(text)).data?.revision;
    if (revision !== undefined) metrics.configurationRevision.set({ kind: 'newest' }, revision);
    if (!snapshot && refusal !== this.toldRefusal)
      this.log.warn(
        { error, revision, revisionInForce: this.held?.revision },
        'a configuration that this version cannot read was ignored',
      );
    this.toldRefusal = refusal;
    return snapshot;
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
