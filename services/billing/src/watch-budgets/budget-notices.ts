import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Subject, type BudgetEntry, type NotificationRaised } from '#libs/contracts';
import { DurablePublisher } from '#libs/messaging';
import { formatUsd } from '#libs/pricing';
import { Logger } from '#libs/telemetry';

const MOST_KEY_CHARACTERS = 300;

/** What is told of a budget's period. */
export interface NoticedPeriod {
  readonly subject: string;
  readonly startsAt: number;
  readonly most: bigint;
  readonly posted: bigint;
}

/** Raises notifications about budgets; they reach the organisation's webhooks. The same one is heard once, however often it comes. */
@Injectable()
export class BudgetNotices {
  constructor(
    private readonly publisher: DurablePublisher,
    private readonly logger: Logger,
  ) {}

  /** A share of the budget is spent. Resolves when the notification is stored. */
  async raiseAlert(budget: BudgetEntry, period: NoticedPeriod, share: number): Promise<void> {
    await this.raise(budget, period, { type: 'budget.threshold_reached', detail: { share }, mark: String(share) });
  }

  /** A request was refused. Never rejects: the refusal itself does not depend on it. */
  async raiseExceeded(budget: BudgetEntry, period: NoticedPeriod): Promise<void> {
    try {
      await this.raise(budget, period, { type: 'budget.exhausted', detail: {}, mark: 'exhausted' });
    } catch (error) {
      this.logger.error({ budget: budget.id, error }, 'a notification of a budget could not be raised');
    }
  }

  /** A limit was set below what is spent and held already. Resolves when the notification is stored. */
  async raiseBelowUsed(budget: BudgetEntry, period: NoticedPeriod, held: bigint): Promise<void> {
    const mark = `${period.most} ${period.posted}`;
    await this.raise(budget, period, { type: 'budget.below_used', detail: { held_usd: formatUsd(held) }, mark });
  }

  private async raise(
    budget: BudgetEntry,
    { subject, startsAt, most, posted }: NoticedPeriod,
    { type, detail, mark }: { type: string; detail: object; mark: string },
  ): Promise<void> {
    const key = keyOf(type, [budget.id, subject, startsAt, mark].join(' '));
    const notification: NotificationRaised = {
      version: 1,
      organization: budget.organization,
      ...(budget.project === undefined ? {} : { project: budget.project }),
      type,
      key,
      data: {
        id: budget.id,
        ...(subject === '' ? {} : { end_user: subject }),
        ...detail,
        limit_usd: formatUsd(most),
        used_usd: formatUsd(posted),
        period: budget.period,
        period_starts_at: Math.floor(startsAt / 1_000),
      },
    };
    await this.publisher.publish(Subject.notificationRaised(budget.organization), JSON.stringify(notification), {
      messageId: key,
    });
  }
}

/** Equal for equal notifications. What is long, or what a header does not carry as end users may, goes by its hash. */
function keyOf(type: string, whole: string): string {
  const plain = `${type} ${whole}`;
  if (plain.length <= MOST_KEY_CHARACTERS && /^[\x20-\x7e]*$/.test(plain)) return plain;
  return `${type} ${createHash('sha256').update(whole).digest('hex')}`;
}
