import { EventEmitter } from 'node:events';

import type { Exit } from './child-process.js';

/** A running thing that can end by itself or be asked to. */
export interface Supervised {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  stop(withinMilliseconds: number): Promise<Exit>;
}

interface SupervisorEvents {
  started: [pid: number];
  /** It ended without being asked; it starts again in `retryInMilliseconds`. */
  crashed: [exit: Exit, retryInMilliseconds: number];
  /** An attempt to start it again failed; the next one comes in `retryInMilliseconds`. */
  failed: [error: unknown, retryInMilliseconds: number];
}

const FIRST_PAUSE_MILLISECONDS = 250;
const LONGEST_PAUSE_MILLISECONDS = 10_000;
const STEADY_AFTER_MILLISECONDS = 30_000;

/**
 * Keeps one child running: when it ends unasked, it is started again after a pause that doubles from 250 ms to 10 s and
 * falls back once the child has stayed up for 30 s. `stop` ends the child and the supervision.
 */
export class Supervisor<Child extends Supervised = Supervised> extends EventEmitter<SupervisorEvents> {
  readonly name: string;
  readonly #startChild: () => Promise<Child>;
  #child: Child | undefined;
  #crashesInARow = 0;
  #stopping = false;
  #timer: NodeJS.Timeout | undefined;
  #starting: Promise<void> = Promise.resolve();

  constructor(name: string, startChild: () => Promise<Child>) {
    super();
    this.name = name;
    this.#startChild = startChild;
  }

  get child(): Child | undefined {
    return this.#child;
  }

  /** How often it ended since it was last steady. */
  get crashesInARow(): number {
    return this.#crashesInARow;
  }

  /** Starts the child; throws when the very first start fails. */
  async start(): Promise<void> {
    this.#starting = this.#launch();
    await this.#starting;
  }

  /** Stops the child: polite signal, up to `withinMilliseconds`, then kill. */
  async stop(withinMilliseconds: number): Promise<Exit | undefined> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#starting.catch(() => undefined);
    return this.#child?.stop(withinMilliseconds);
  }

  async #launch(): Promise<void> {
    const child = await this.#startChild();
    this.#child = child;
    const startedAt = Date.now();
    this.emit('started', child.pid);
    void child.exited.then((exit) => this.#ended(exit, Date.now() - startedAt));
  }

  #ended(exit: Exit, upMilliseconds: number): void {
    this.#child = undefined;
    if (this.#stopping) return;
    this.#crashesInARow = upMilliseconds >= STEADY_AFTER_MILLISECONDS ? 1 : this.#crashesInARow + 1;
    this.emit('crashed', exit, this.#startAgain());
  }

  #startAgain(): number {
    const pauseMilliseconds = Math.min(
      FIRST_PAUSE_MILLISECONDS * 2 ** Math.max(0, this.#crashesInARow - 1),
      LONGEST_PAUSE_MILLISECONDS,
    );
    this.#timer = setTimeout(() => {
      this.#starting = this.#launch().catch((error: unknown) => {
        this.#crashesInARow += 1;
        if (!this.#stopping) this.emit('failed', error, this.#startAgain());
      });
    }, pauseMilliseconds);
    return pauseMilliseconds;
  }
}
