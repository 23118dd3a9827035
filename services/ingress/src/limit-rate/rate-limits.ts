import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Facts, ModelEntry, RequestEnded } from '#libs/contracts';
import {
  LimitGate,
  LimitIndex,
  LimitReached,
  LimitUnknown,
  TokenEstimates,
  type AppliedLimits,
  type TakenLimits,
} from '#libs/limits';
import { KeyBucket, LimitBucket, Messaging, SnapshotWatch } from '#libs/messaging';
import { Settings } from '#libs/runtime';
import { anthropicLimitHeaders, limitHeaders } from './limit-headers.policy.js';
import { RateLimited, RateUnknown } from './rate-limited.js';

const ANTHROPIC = 'anthropic-messages';

/** A request that has passed the limits that count it. */
export interface AdmittedRequest {
  /** Providers that are at a limit. */
  readonly avoid: readonly string[];
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
    keys.onNameChange((entry) => this.index.followKey(entry));
  }

  /** The limits that count a request for a public model; undefined for most. */
  of(facts: Facts, model: ModelEntry): AppliedLimits | undefined {
    const applied = reaching(model, facts, this.index.of(facts, model.name));
    return applied.own.length + applied.providers.length === 0 ? undefined : applied;
  }

  /**
   * Takes a request from each of its limits, or from none; undefined where it is let through although nobody could tell. Providers
   * that are at a limit are to be left out of its route.
   * @throws RateLimited 429, also where no target of the model is left; RateUnknown 503
   */
  async admit(facts: Facts, model: ModelEntry, applied: AppliedLimits): Promise<AdmittedRequest | undefined> {
    const tokens = this.estimates.of(facts);
    const taken: TakenParts = { providers: new Map() };
    try {
      taken.own = await this.gate.take(applied.own, tokens);
      const full = await this.takeOfProviders(applied.providers, tokens, taken);
      const [first] = full.values();
      if (first && isNoneLeft(model, full)) throw first;
      return this.admitted(facts, taken, [...full.keys()]);
    } catch (error) {
      putBack(taken);
      if (error instanceof LimitReached) throw new RateLimited(error, facts.dialect === ANTHROPIC);
      if (!(error instanceof LimitUnknown)) throw error;
      if (this.settings.limitsUnknown === 'admit') return undefined;
      throw new RateUnknown(error);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.gate.stop();
  }

  /** Which provider will be called is known later; those that are not get back what was taken. */
  private async takeOfProviders(
    limits: AppliedLimits['providers'],
    tokens: number,
    taken: TakenParts,
  ): Promise<Map<string, LimitReached>> {
    const full = new Map<string, LimitReached>();
    for (const limit of limits) {
      if (full.has(limit.provider)) continue;
      try {
        const parts = taken.providers.get(limit.provider) ?? [];
        taken.providers.set(limit.provider, [...parts, await this.gate.take([limit], tokens)]);
      } catch (error) {
        if (!(error instanceof LimitReached)) throw error;
        full.set(limit.provider, error);
      }
    }
    for (const provider of full.keys()) {
      taken.providers.get(provider)?.forEach((part) => part.putBack());
      taken.providers.delete(provider);
    }
    return full;
  }

  private admitted(facts: Facts, taken: TakenParts, avoid: readonly string[]): AdmittedRequest {
    return {
      avoid,
      headers: () => {
        const standings = taken.own?.standings() ?? [];
        const forAnthropic = facts.dialect === ANTHROPIC ? anthropicLimitHeaders(standings, Date.now()) : {};
        return { ...limitHeaders(standings), ...forAnthropic };
      },
      putBack: () => putBack(taken),
      endWithoutCall: () => {
        taken.own?.end(0);
        putBack({ providers: taken.providers });
      },
      end: (terminalEvent) => this.end(facts, taken, terminalEvent),
    };
  }

  private end(facts: Facts, { own, providers }: TakenParts, terminalEvent: string | undefined): void {
    if (terminalEvent === undefined) {
      own?.end();
      for (const parts of providers.values()) parts.forEach((part) => part.end());
      return;
    }
    const { attempts } = JSON.parse(terminalEvent) as Pick<RequestEnded, 'attempts'>;
    const usages = attempts.flatMap(({ usage }) => usage ?? []);
    const completion = usages.reduce((sum, { completionTokens }) => sum + completionTokens, 0);
    if (usages.length > 0) this.estimates.learn(facts, completion);
    own?.end(tokensOf(attempts));
    for (const [provider, parts] of providers) {
      const made = attempts.filter((attempt) => attempt.provider === provider);
      for (const part of parts) {
        if (made.length > 0) part.end(tokensOf(made));
        else part.putBack();
      }
    }
  }
}

/** What was taken of the request's own limits, and of those of each provider. */
interface TakenParts {
  own?: TakenLimits;
  readonly providers: Map<string, TakenLimits[]>;
}

function putBack({ own, providers }: TakenParts): void {
  own?.putBack();
  for (const parts of providers.values()) parts.forEach((part) => part.putBack());
}

function tokensOf(attempts: RequestEnded['attempts']): number {
  return attempts.reduce((sum, { usage }) => sum + (usage ? usage.promptTokens + usage.completionTokens : 0), 0);
}

/** Nothing is taken of a provider that the request cannot reach, which others may need meanwhile. */
function reaching(model: ModelEntry, { wishes }: Facts, { own, providers }: AppliedLimits): AppliedLimits {
  const mayReachAny = hasOthers(model) || wishes?.models !== undefined || wishes?.targets !== undefined;
  if (providers.length === 0 || mayReachAny) return { own, providers };
  const names = new Set(model.targets.map(({ provider }) => provider));
  return { own, providers: providers.filter(({ provider }) => names.has(provider)) };
}

function isNoneLeft(model: ModelEntry, full: ReadonlyMap<string, unknown>): boolean {
  const { targets } = model;
  return !hasOthers(model) && targets.length > 0 && targets.every(({ provider }) => full.has(provider));
}

/** A model that stands for others, or falls back to them, may have more than its own targets: the router decides. */
function hasOthers({ auto, routing }: ModelEntry): boolean {
  return auto !== undefined || routing?.fallbacks !== undefined || routing?.rules !== undefined;
}
