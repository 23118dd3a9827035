import { Injectable } from '@nestjs/common';
import { MessageHeader, Subject, type Facts } from '#libs/contracts';
import { Messaging, type IncomingMessage } from '#libs/messaging';
import { Logger, metrics } from '#libs/telemetry';
import { RequestSeals } from '#libs/runtime';
import { v7 } from 'uuid';
import { PlanRouteHandler } from '../plan-route/plan-route.handler.js';
import { shadowFacts } from './shadow-facts.policy.js';

/** Copies on their way to the stream at once; more are dropped. */
const MOST_UNDER_WAY = 64;
const STORED_WITHIN_MILLISECONDS = 2_000;
/** Behind everything that somebody has asked for. */
const PRIORITY = 'low';

/**
 * Sends copies of requests to the model they are compared with, through the queue of the durable lane. Whatever happens to a copy,
 * the request does not feel it: it is planned after the request is on its way, tried once, and dropped where that fails.
 */
@Injectable()
export class ShadowCopies {
  private underWay = 0;

  constructor(
    private readonly handler: PlanRouteHandler,
    private readonly messaging: Messaging,
    private readonly logger: Logger,
    private readonly seals: RequestSeals,
  ) {}

  /** Copies the request where its model's policy says so; never throws and never waits. */
  copy(facts: Facts, message: IncomingMessage): void {
    const model = this.handler.shadowOf(facts);
    if (model === undefined) return;
    if (this.underWay >= MOST_UNDER_WAY) return metrics.shadowCopies.add({ model, result: 'dropped' });
    this.underWay++;
    setImmediate(() => {
      const copy = this.seals.sealed(shadowFacts(facts, { requestId: newRequestId(), model, now: Date.now() }));
      void this.send(copy, facts, message);
    });
  }

  private async send(copy: Facts, original: Facts, message: IncomingMessage): Promise<void> {
    const { model, requestId, shadowOf } = copy;
    try {
      const slip = this.handler.planCopy(copy, original);
      const headers = {
        [MessageHeader.facts]: JSON.stringify(copy),
        [MessageHeader.slip]: JSON.stringify(slip),
        [MessageHeader.bodyClaim]: message.header(MessageHeader.bodyClaim),
      };
      const subject = Subject.callAssignedDurable(slip.targets[0]?.provider ?? '', PRIORITY);
      await this.messaging.store(subject, message.data, { headers }, STORED_WITHIN_MILLISECONDS);
      metrics.shadowCopies.add({ model, result: 'sent' });
    } catch (error) {
      metrics.shadowCopies.add({ model, result: 'dropped' });
      this.logger.debug({ error, requestId, shadowOf }, 'a copy of a request could not be sent');
    } finally {
      this.underWay--;
    }
  }
}

/** Of the same form as those that the ingress gives out. */
function newRequestId(): string {
  return `req_${v7().replaceAll('-', '')}`;
}
