import { randomUUID } from 'node:crypto';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ServiceLogger } from '#libs/runtime';
import { JobLimits } from '../job-limits.js';
import { RegularWork } from '../run-regularly/regular-work.js';
import { AdvanceNativeHandler } from './advance-native.handler.js';
import type { NativeBatch } from './native-batch.js';
import { NativeBatchRepository } from './native-batch.repository.js';

/** Looks after batches at providers, some at a time, while the process lives; another takes over what it leaves. */
@Injectable()
export class AdvanceNativeRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly holder = randomUUID();
  private readonly work = new Set<string>();
  private readonly claiming: RegularWork;
  private readonly renewing: RegularWork;

  constructor(
    private readonly handler: AdvanceNativeHandler,
    private readonly natives: NativeBatchRepository,
    private readonly limits: JobLimits,
    private readonly logger: ServiceLogger,
  ) {
    const onFailure = (error: unknown): void =>
      logger.debug({ error }, 'batches at providers cannot be looked for now');
    const { nativeClaimMilliseconds, leaseMilliseconds } = limits;
    this.claiming = new RegularWork({
      everyMilliseconds: nativeClaimMilliseconds,
      work: () => this.claim(),
      onFailure,
    });
    this.renewing = new RegularWork({
      everyMilliseconds: leaseMilliseconds / 3,
      work: () => this.renew(),
      onFailure,
    });
  }

  onApplicationBootstrap(): void {
    this.claiming.start();
    this.renewing.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.claiming.stop(), this.renewing.stop()]);
  }

  private async claim(): Promise<void> {
    const most = this.limits.nativeBatchesAtOnce - this.work.size;
    if (most <= 0) return;
    const { leaseMilliseconds } = this.limits;
    for (const native of await this.natives.claim(this.holder, { most, leaseMilliseconds, except: [...this.work] })) {
      this.work.add(native.id);
      void this.advance(native);
    }
  }

  private async advance(native: NativeBatch): Promise<void> {
    let pauseMilliseconds = this.limits.nativePollMilliseconds.least;
    try {
      pauseMilliseconds = await this.handler.advance(native, this.holder);
    } catch (error) {
      this.logger.warn(
        { nativeId: native.id, provider: native.provider, error },
        'a batch at a provider is tried again',
      );
      pauseMilliseconds = Math.max(pauseMilliseconds, this.limits.retryDelayMilliseconds);
    }
    await this.natives
      .release(this.holder, native.id, pauseMilliseconds)
      .catch((error: unknown) => this.logger.debug({ nativeId: native.id, error }, 'a lease will run out by itself'));
    this.work.delete(native.id);
  }

  private async renew(): Promise<void> {
    if (this.work.size > 0) await this.natives.renew(this.holder, [...this.work], this.limits.leaseMilliseconds);
  }
}
