import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

/** One attempt to deliver, as it arrived. */
export interface ReceivedWebhook {
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly event: { readonly id: string; readonly type: string; readonly data: { readonly id: string } };
}

/** A server that webhooks are sent to. It answers 204, or what `answer` says; while it `holds`, it lets senders wait. */
export class WebhookReceiver {
  readonly received: ReceivedWebhook[] = [];
  isHolding = false;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const event = JSON.parse(body) as ReceivedWebhook['event'];
        receiver.received.push({ body, headers: request.headers, event });
        if (!receiver.isHolding) response.writeHead(204).end();
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hooks`;
  }

  /** All attempts of one event that is of a type and, where it is named, of a thing. */
  of(type: string, id?: string): ReceivedWebhook[] {
    return this.received.filter(({ event }) => event.type === type && (id === undefined || event.data.id === id));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
