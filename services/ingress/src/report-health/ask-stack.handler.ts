import { Injectable } from '@nestjs/common';
import { healthSchema, serviceNames, Subject, type Health, type ServiceName } from '#libs/contracts';
import { Messaging } from '#libs/messaging';

const ANSWER_WITHIN_MILLISECONDS = 1_000;

/** How the stack is, in plain words. */
export interface StackState {
  /** What calls need and is not there, such as `billing: Postgres` or `worker: does not answer`. */
  readonly missing: readonly string[];
  /** What should be looked at though calls are served, such as a refused configuration. */
  readonly notices: readonly string[];
}

/** Asks every service of the stack how it is. */
@Injectable()
export class AskStackHandler {
  constructor(private readonly messaging: Messaging) {}

  async ask(): Promise<StackState> {
    if (!this.messaging.isConnected) return { missing: ['ingress: NATS'], notices: [] };
    const states = await Promise.all(serviceNames.map((name) => this.stateOf(name)));
    return {
      missing: states.flatMap(({ missing }) => missing),
      notices: states.flatMap(({ notices }) => notices),
    };
  }

  private async stateOf(name: ServiceName): Promise<StackState> {
    const named = (what: string): string => `${name}: ${what}`;
    const health = await this.healthOf(name);
    if (!health) return { missing: [named('does not answer')], notices: [] };
    return { missing: health.missing.map(named), notices: (health.notices ?? []).map(named) };
  }

  private async healthOf(name: ServiceName): Promise<Health | undefined> {
    try {
      return await this.messaging.ask(Subject.healthAsk(name), {}, healthSchema, ANSWER_WITHIN_MILLISECONDS);
    } catch {
      return undefined;
    }
  }
}
