import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { GuardedSender } from '#libs/outbound';
import { Settings } from '#libs/runtime';
import { WebhookLimits } from '../webhook-limits.js';

/** The door through which webhooks leave: to public addresses, and to those that the operator names. */
@Injectable()
export class WebhookSender extends GuardedSender implements OnApplicationShutdown {
  constructor(settings: Settings, limits: WebhookLimits) {
    super({
      allow: settings.webhookAllow,
      timeoutMilliseconds: limits.timeoutMilliseconds,
      mostExcerptBytes: limits.responseBytes,
    });
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}
