import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import { toxicsOn, type Toxic, type Way } from './toxics.js';

const LOOK_EVERY_MILLISECONDS = 20;

/** The bytes of one connection in one direction, in order, through whatever toxics are in force when they come. */
export class ToxicPipe {
  #passedBytes = 0;
  #work: Promise<void> = Promise.resolve();

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly way: Way,
    private readonly toxics: () => readonly Toxic[],
  ) {}

  /** Lets the bytes through from now on. */
  open(): void {
    const { from } = this;
    from.on('data', (chunk: Buffer) => {
      // One piece at a time: whoever sends is held back as the real way would hold it back.
      from.pause();
      this.#queue(async () => {
        await this.#pass(chunk);
        from.resume();
      });
    });
    from.on('end', () => this.#queue(() => this.#close()));
  }

  #queue(step: () => Promise<void>): void {
    this.#work = this.#work.then(step).catch(() => this.#end());
  }

  async #pass(chunk: Buffer): Promise<void> {
    while (this.#has('timeout') && !this.to.destroyed) await setTimeout(LOOK_EVERY_MILLISECONDS);
    for (const toxic of toxicsOn(this.way, this.toxics())) {
      if (toxic.type === 'latency') await setTimeout(toxic.milliseconds + Math.random() * toxic.jitterMilliseconds);
      if (toxic.type === 'bandwidth') await setTimeout((chunk.length / toxic.bytesPerSecond) * 1_000);
      if (toxic.type === 'limit-data' && this.#passedBytes + chunk.length > toxic.bytes) {
        await this.#write(chunk.subarray(0, Math.max(0, toxic.bytes - this.#passedBytes)));
        this.#end();
        return;
      }
    }
    this.#passedBytes += chunk.length;
    const slicer = toxicsOn(this.way, this.toxics()).find((toxic) => toxic.type === 'slicer');
    const size = slicer?.bytes ?? chunk.length;
    for (let start = 0; start < chunk.length; start += size) await this.#write(chunk.subarray(start, start + size));
  }

  async #write(bytes: Buffer): Promise<void> {
    if (this.to.destroyed || bytes.length === 0) return;
    await new Promise<void>((resolve) => this.to.write(bytes, () => resolve()));
  }

  async #close(): Promise<void> {
    for (const toxic of toxicsOn(this.way, this.toxics()))
      if (toxic.type === 'slow-close') await setTimeout(toxic.milliseconds);
    this.to.end();
  }

  #has(type: Toxic['type']): boolean {
    return toxicsOn(this.way, this.toxics()).some((toxic) => toxic.type === type);
  }

  #end(): void {
    this.from.destroy();
    this.to.destroy();
  }
}
