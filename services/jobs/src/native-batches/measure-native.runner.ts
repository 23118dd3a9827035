import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { metrics } from '#libs/telemetry';
import { JobLimits } from '../job-limits.js';
import { RegularWork } from '../run-regularly/regular-work.js';
import { NativeViewRepository } from './native-view.repository.js';

/** Keeps the metrics of what is at providers: every process of the service says the same of the whole fleet. */
@Injectable()
export class MeasureNativeRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly work: RegularWork;
  private readonly known = new Set<string>();

  constructor(
    private readonly view: NativeViewRepository,
    { nativeMeasureMilliseconds }: JobLimits,
    logger: ServiceLogger,
  ) {
    this.work = new RegularWork({
      everyMilliseconds: nativeMeasureMilliseconds,
      work: () => this.measure(),
      onFailure: (error) => logger.debug({ error }, 'what is at providers cannot be counted now'),
    });
  }

  onApplicationBootstrap(): void {
    this.work.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }

  /** A provider that has nothing left is said to have none. */
  async measure(): Promise<void> {
    const open = new Map((await this.view.open()).map((one) => [one.provider, one]));
    for (const provider of open.keys()) this.known.add(provider);
    for (const provider of this.known) {
      const { batches = 0, lines = 0 } = open.get(provider) ?? {};
      metrics.nativeBatchesOpen.set({ provider }, batches);
      metrics.nativeLinesOpen.set({ provider }, lines);
    }
  }
}
