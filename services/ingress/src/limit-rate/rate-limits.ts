import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Facts, RequestEnded } from '#libs/contracts';
import {
  LimitGate,
  LimitIndex,
  LimitReached,
  LimitUnknown,
  TokenEstimates,
  type AppliedLimit,
  type TakenLimits,
} from '#libs/limits';
import { KeyBucket, LimitBucket, Messaging, SnapshotWatch } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { anthropicLimitHeaders, limitHeaders } from './limit-headers.policy.js';
import { RateLimited, RateUnknown } from './rate-limited.js';

const ANTHROPIC = 'anthropic-messages';

/** A request that has passed the limits that count it. */
export interface AdmittedRequest {
  /** How the limits stand, for the caller. */
  headers(): Record<string, string>;
  /** It went nowhere, and counts for nothing. */
  putBack(): void;
  /** It has ended, as its terminal event says; absent where that is not known here. */
  end(terminalEvent: string | undefined): void;
  /** It was answered without anybody being called. */
  endWithoutCall(): void;
}

/** Counts requests, their tokens and how many are under way against limits, before anybody is called. */
@Injectable()
export class RateLimits implements BeforeApplicationShutdown {
  private readonly index = new LimitIndex();
  private readonly estimates = new TokenEstimates();
  private readonly gate: LimitGate;

  constructor(
    watch: SnapshotWatch,
    keys: KeyBucket,
    messaging: Messaging,
    bucket: LimitBucket,
    private readonly settings: Settings,
  ) {
    this.gate = new LimitGate(messaging, bucket, settings.instance);
    watch.onChange((snapshot) => this.index.follow(snapshot));
    keys.onChange((_hash, entry) => this.index.followKey(entry));
  }

  /** The limits that count a request for a public model; an empty list for most. */
  of(facts: Facts, model: string): readonly AppliedLimit[] {
    return this.index.of(facts, model).own;
  }

  /**
   * Takes a request from each of its limits, or from none; undefined where it is let through although nobody could tell.
   * @throws RateLimited 429, RateUnknown 503
   */
  async admit(facts: Facts, applied: readonly AppliedLimit[]): Promise<AdmittedRequest | undefined> {
    const tokens = this.estimates.of(facts);
    try {
      return this.admitted(facts, await this.gate.take(applied, tokens));
    } catch (error) {
      if (error instanceof LimitReached) throw new RateLimited(error, facts.dialect === ANTHROPIC);
      if (!(error instanceof LimitUnknown)) throw error;
      if (this.settings.limitsUnknown === 'admit') return undefined;
      throw new RateUnknown(error);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.gate.stop();
  }

  private admitted(facts: Facts, taken: TakenLimits): AdmittedRequest {
    return {
      headers: () => {
        const standings = taken.standings();
        const forAnthropic = facts.dialect === ANTHROPIC ? anthropicLimitHeaders(standings, Date.now()) : {};
        return { ...limitHeaders(standings), ...forAnthropic };
      },
      putBack: () => taken.putBack(),
      endWithoutCall: () => taken.end(0),
      end: (terminalEvent) => {
        if (terminalEvent === undefined) return taken.end();
        const { attempts } = JSON.parse(terminalEvent) as RequestEnded;
        const usages = attempts.flatMap(({ usage }) => usage ?? []);
        const completion = usages.reduce((sum, { completionTokens }) => sum + completionTokens, 0);
        if (usages.length > 0) this.estimates.learn(facts, completion);
        taken.end(usages.reduce((sum, { promptTokens }) => sum + promptTokens, completion));
      },
    };
  }
}
