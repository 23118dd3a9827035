import { Injectable } from '@nestjs/common';
import { ServiceLogger, Settings } from '#libs/runtime';
import { openWebhookSecret } from '#libs/secrets';
import { signatureHeader, WebhookSecrets } from '../keep-webhooks/webhook-secrets.js';
import { WebhookLimits } from '../webhook-limits.js';
import { verdictOf, type AttemptOutcome, type Verdict } from './answer-verdict.policy.js';
import type { ClaimedDelivery } from './claimed-delivery.js';
import { DeliveryOutcomeRepository, type AttemptNote, type DeliveryOutcome } from './delivery-outcome.repository.js';
import { nextWaitOf } from './retry-schedule.policy.js';
import { WebhookSender } from './webhook-sender.js';

const DAY_MILLISECONDS = 24 * 60 * 60_000;

interface Attempted {
  readonly verdict: Verdict;
  readonly note: AttemptNote;
}

/** Attempts a delivery once, by Standard Webhooks 1.0.0, and notes how it went. */
@Injectable()
export class DeliverWebhookHandler {
  private readonly disableAfterMilliseconds: number;

  constructor(
    private readonly sender: WebhookSender,
    private readonly outcomes: DeliveryOutcomeRepository,
    private readonly settings: Settings,
    private readonly limits: WebhookLimits,
    private readonly logger: ServiceLogger,
  ) {
    this.disableAfterMilliseconds = settings.webhookDisableAfterDays * DAY_MILLISECONDS;
  }

  /** One that is broken off by the signal is given back. */
  async deliver(claimed: ClaimedDelivery, signal: AbortSignal): Promise<void> {
    const attempted = await this.attempt(claimed, signal);
    if (!attempted) return this.outcomes.release(claimed);
    const { verdict, note } = attempted;
    const disabled = await this.outcomes.settle(claimed, {
      note,
      outcome: this.outcomeOf(claimed, verdict),
      disableAfterMilliseconds: this.disableAfterMilliseconds,
    });
    if (disabled)
      this.logger.warn({ endpointId: claimed.endpointId, reason: disabled }, 'a webhook endpoint was disabled');
  }

  /** Attempts a test, which is not tried again; resolves to how it went. */
  async deliverTest(claimed: ClaimedDelivery): Promise<AttemptNote> {
    const attempted = await this.attempt(claimed, new AbortController().signal);
    if (!attempted) throw new Error(`The test ${claimed.id} was broken off although nothing can break it off.`);
    await this.outcomes.settleTest(claimed, attempted.note, attempted.verdict.isDelivered);
    return attempted.note;
  }

  private async attempt(claimed: ClaimedDelivery, signal: AbortSignal): Promise<Attempted | undefined> {
    const begun = performance.now();
    const outcome = await this.send(claimed, signal);
    if (signal.aborted && 'problem' in outcome) return undefined;
    const verdict = verdictOf(outcome, claimed.now);
    return {
      verdict,
      note: {
        latencyMilliseconds: performance.now() - begun,
        statusCode: 'status' in outcome ? outcome.status : null,
        error: verdict.error,
        response: 'excerpt' in outcome ? outcome.excerpt : null,
      },
    };
  }

  private async send(claimed: ClaimedDelivery, signal: AbortSignal): Promise<AttemptOutcome> {
    try {
      const { eventId: id, now, body } = claimed;
      const headers = {
        'content-type': 'application/json',
        'user-agent': 'Switchyard-Webhooks',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': signatureHeader(this.secretsOf(claimed), { id, timestamp: now, body }),
      };
      return await this.sender.post(new URL(claimed.url), { headers, body, signal });
    } catch (error) {
      if (!signal.aborted) this.logger.debug({ deliveryId: claimed.id, error }, 'a webhook was not delivered');
      return { problem: error instanceof Error ? error.message : String(error) };
    }
  }

  private secretsOf({ endpointId: endpoint, secrets, previousSecrets }: ClaimedDelivery): WebhookSecrets[] {
    const { secretKey } = this.settings;
    return [secrets, previousSecrets]
      .filter((sealed) => sealed !== null)
      .map((sealed) => WebhookSecrets.fromText(openWebhookSecret(sealed, { endpoint, secretKey })));
  }

  private outcomeOf(
    { tries }: ClaimedDelivery,
    { isDelivered, isGone, throttleMilliseconds }: Verdict,
  ): DeliveryOutcome {
    if (isDelivered) return { status: 'delivered' };
    const { retryScheduleMilliseconds, retryJitter, longestRetryAfterMilliseconds } = this.limits;
    const asked =
      throttleMilliseconds === undefined
        ? undefined
        : Math.min(throttleMilliseconds || this.limits.throttleMilliseconds, longestRetryAfterMilliseconds);
    const waitMilliseconds = isGone
      ? undefined
      : nextWaitOf({
          tries: tries + 1,
          scheduleMilliseconds: retryScheduleMilliseconds,
          jitter: retryJitter,
          chance: Math.random(),
          retryAfterMilliseconds: asked,
        });
    const reason = isGone ? 'gone' : 'attempts_exhausted';
    return { status: 'failed', reason, waitMilliseconds, throttleMilliseconds: asked, isGone };
  }
}
