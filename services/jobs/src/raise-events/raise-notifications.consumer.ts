import { Controller } from '@nestjs/common';
import { Consumer, notificationRaisedSchema, type NotificationRaised } from '#libs/contracts';
import { ConsumeBatch, type Decoded } from '#libs/messaging';
import { RaiseNotificationsHandler } from './raise-notifications.handler.js';

const decode = (data: Uint8Array): NotificationRaised =>
  notificationRaisedSchema.parse(JSON.parse(Buffer.from(data).toString('utf8')));

@Controller()
export class RaiseNotificationsConsumer {
  constructor(private readonly handler: RaiseNotificationsHandler) {}

  @ConsumeBatch(Consumer.notifications, { size: 100, decode })
  consume(batch: readonly Decoded<NotificationRaised>[]): Promise<void> {
    return this.handler.raise(batch.map(({ value }) => value));
  }
}
