import { Injectable } from '@nestjs/common';
import { Consumer, type NotificationRaised } from '#libs/contracts';
import { Database, type Transaction } from '#libs/storage';
import { TrailReaches } from './trail-reaches.js';
import { WebhookOutboxRepository, webhookEventId } from './webhook-outbox.repository.js';

/** Records what other services raise, each once: what has been taken in before is left out. */
@Injectable()
export class RaiseNotificationsHandler {
  constructor(
    private readonly database: Database,
    private readonly outbox: WebhookOutboxRepository,
    private readonly reaches: TrailReaches,
  ) {}

  async raise(notifications: readonly NotificationRaised[]): Promise<void> {
    const ofTrail = notifications.filter(({ type }) => type.startsWith('audit.'));
    await this.reaches.renew([...new Set(ofTrail.map(({ organization }) => organization))]);
    await this.database.transaction(async (transaction) => {
      const fresh = await this.takeIn(transaction, notifications);
      await this.outbox.record(fresh, transaction);
    });
  }

  private async takeIn(
    transaction: Transaction,
    notifications: readonly NotificationRaised[],
  ): Promise<NotificationRaised[]> {
    const rows = await transaction.query<{ message_id: string }>(
      `INSERT INTO jobs.inbox (consumer, message_id) SELECT $1, id FROM unnest($2::text[]) AS id
       ON CONFLICT DO NOTHING RETURNING message_id`,
      [Consumer.notifications.name, notifications.map(webhookEventId)],
    );
    const fresh = new Set(rows.map(({ message_id: id }) => id));
    // `delete` is true once for each id: of several in a batch the first is taken.
    return notifications.filter((notification) => fresh.delete(webhookEventId(notification)));
  }
}
