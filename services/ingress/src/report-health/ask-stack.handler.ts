import { Injectable } from '@nestjs/common';
import { healthSchema, serviceNames, Subject, type ServiceName } from '#libs/contracts';
import { Messaging } from '#libs/messaging';

const ANSWER_WITHIN_MILLISECONDS = 1_000;

/** Asks every service of the stack how it is. */
@Injectable()
export class AskStackHandler {
  constructor(private readonly messaging: Messaging) {}

  /** What is missing, in plain words, such as `billing: Postgres` or `worker: does not answer`; empty when all is well. */
  async missing(): Promise<string[]> {
    if (!this.messaging.isConnected) return ['ingress: NATS'];
    const answers = await Promise.all(serviceNames.map((name) => this.missingOf(name)));
    return answers.flat();
  }

  private async missingOf(name: ServiceName): Promise<string[]> {
    try {
      const health = await this.messaging.ask(Subject.healthAsk(name), {}, healthSchema, ANSWER_WITHIN_MILLISECONDS);
      return health.missing.map((what) => `${name}: ${what}`);
    } catch {
      return [`${name}: does not answer`];
    }
  }
}
