import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Caller, WebhookEndpointWithSecret, WebhookEvent } from '#libs/contracts';
import { Database } from '#libs/storage';
import type { ClaimedDelivery } from './deliver-webhooks/claimed-delivery.js';
import { DeliverWebhookHandler } from './deliver-webhooks/deliver-webhook.handler.js';
import { DeliveryClaimRepository } from './deliver-webhooks/delivery-claim.repository.js';
import type { JobsForTests } from './jobs.fixture.js';
import { caller } from './line.fixture.js';
import { ManageEndpointsHandler } from './manage-webhooks/manage-endpoints.handler.js';
import { WebhookOutboxRepository } from './raise-events/webhook-outbox.repository.js';

/** A webhook as it arrived. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks on this machine, whose answers a test decides. */
export class ReceiverForTests {
  readonly received: Received[] = [];
  answer: (response: ServerResponse, received: Received) => void = (response) => void response.writeHead(204).end();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ReceiverForTests> {
    const server = createServer();
    const receiver = new ReceiverForTests(server);
    server.on('request', (request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => void parts.push(part));
      request.on('end', () => {
        const received = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(parts).toString() };
        receiver.received.push(received);
        receiver.answer(response, received);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  url(path = '/hook'): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** Answers from now on with a status and headers. */
  answerWith(status: number, headers: Record<string, string> = {}): void {
    this.answer = (response) => void response.writeHead(status, headers).end(`answer ${status}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

let raised = 0;

/** What tests do with webhooks in a jobs service of which they take the steps themselves. */
export class WebhookSteps {
  constructor(readonly jobs: JobsForTests) {}

  create(url: string, fields: { event_types?: string[]; owner?: Caller } = {}): Promise<WebhookEndpointWithSecret> {
    const { event_types: eventTypes = ['*'], owner = caller } = fields;
    return this.jobs.get(ManageEndpointsHandler).create({
      caller: owner,
      fields: { url, name: 'test', description: '', event_types: eventTypes, enabled: true },
    });
  }

  /** Raises an event that is told once; gives its data's id. */
  async raise(overrides: Partial<WebhookEvent> = {}): Promise<string> {
    raised += 1;
    const id = `batch_${raised}`;
    const event = { organization: 'demo', project: 'default', type: 'batch.completed', data: { id }, ...overrides };
    await this.jobs
      .get(Database)
      .transaction((transaction) => this.jobs.get(WebhookOutboxRepository).record([event], transaction));
    return id;
  }

  async claim(most = 100): Promise<ClaimedDelivery[]> {
    const claims = this.jobs.get(DeliveryClaimRepository);
    return [...(await claims.claim(most, 'well')), ...(await claims.claim(most, 'failing'))];
  }

  /** Attempts what is due; returns how many that were. */
  async deliverDue(): Promise<number> {
    const claimed = await this.claim();
    const handler = this.jobs.get(DeliverWebhookHandler);
    await Promise.all(claimed.map((each) => handler.deliver(each, new AbortController().signal)));
    return claimed.length;
  }

  /** Lets the time pass until the next attempt, and what an endpoint wishes to be left alone for. */
  async passWaits(): Promise<void> {
    await this.jobs.query(`UPDATE jobs.webhook_deliveries SET due_at = now() WHERE status = 'pending'`);
    await this.jobs.query(`UPDATE jobs.webhook_endpoints SET throttled_until = NULL`);
  }

  /** Lets the leases of processes run out that will not come back. */
  async passLeases(): Promise<void> {
    await this.jobs.query(`UPDATE jobs.webhook_deliveries SET lease_until = now() WHERE lease IS NOT NULL`);
  }
}
