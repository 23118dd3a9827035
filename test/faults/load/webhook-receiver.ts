import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A receiver of webhooks on this machine that answers 204 after a while, and remembers what came. */
export class WebhookReceiver {
  /** How often each event came, by its `webhook-id`. */
  readonly seen = new Map<string, number>();
  /** The events, by their `webhook-id`. */
  readonly bodies = new Map<string, string>();

  private constructor(private readonly server: Server) {}

  static async start(answerAfterMilliseconds = 0): Promise<WebhookReceiver> {
    const server = createServer();
    const receiver = new WebhookReceiver(server);
    server.on('request', (request, response) => {
      const take = async (): Promise<void> => {
        const body = await text(request);
        const id = String(request.headers['webhook-id']);
        receiver.seen.set(id, (receiver.seen.get(id) ?? 0) + 1);
        receiver.bodies.set(id, body);
        setTimeout(() => response.writeHead(204).end(), answerAfterMilliseconds);
      };
      take().catch(() => response.destroy());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook`;
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
