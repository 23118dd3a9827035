import { EventEmitter } from 'node:events';
import { connect, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';

/** What the link says of its life; `warn` and `info` lines go to the service's log. */
export interface LinkLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

interface LinkEvents {
  up: [];
  down: [];
}

/**
 * The one connection of a process to NATS. It waits for a server that is not there yet, comes back after any outage with
 * jittered delays, and tells those who hold state for the server (pull requests, pending answers) when it was gone.
 */
export class NatsLink extends EventEmitter<LinkEvents> {
  private up = true;

  private constructor(
    readonly connection: NatsConnection,
    private readonly log: LinkLog,
  ) {
    super();
    this.setMaxListeners(0);
    void this.followStatus();
  }

  /** Connects; resolves only when a server answered. `url` may list several servers, separated by commas. */
  static async open(url: string, name: string, log: LinkLog): Promise<NatsLink> {
    const connection = await connect({
      servers: url.split(',').map((server) => server.trim()),
      name,
      noAsyncTraces: true,
      waitOnFirstConnect: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 250,
      pingInterval: 10_000,
      maxPingOut: 2,
      timeout: 5_000,
    });
    return new NatsLink(connection, log);
  }

  get isUp(): boolean {
    return this.up && !this.connection.isClosed();
  }

  /**
   * Subscribes. What `handle` throws is logged and goes no further: thrown into the client it would end the reading of the
   * whole connection.
   */
  subscribe(subject: string, handle: (message: Msg) => void, options?: { queue: string }): Subscription {
    return this.connection.subscribe(subject, {
      ...options,
      callback: (error, message) => {
        if (error) return;
        try {
          handle(message);
        } catch (failure) {
          this.log.warn({ subject: message.subject, error: failure }, 'a received message could not be handled');
        }
      },
    });
  }

  /** Resolves at once, or as soon as the connection is back. */
  async whenUp(): Promise<void> {
    while (!this.isUp && !this.connection.isClosed()) await new Promise<void>((resolve) => this.once('up', resolve));
  }

  /** Sends what is still queued and closes. */
  async close(): Promise<void> {
    if (this.connection.isClosed()) return;
    if (this.up) await this.connection.flush().catch(() => undefined);
    await this.connection.close();
    this.up = false;
    this.emit('up');
  }

  private async followStatus(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') {
        this.up = false;
        this.log.warn({ server: status.server }, 'NATS connection lost; reconnecting');
        this.emit('down');
      } else if (status.type === 'reconnect') {
        this.up = true;
        this.log.info({ server: status.server }, 'NATS connection is back');
        this.emit('up');
      } else if (status.type === 'error') {
        this.log.warn({ error: status.error }, 'NATS reported an error');
      }
    }
  }
}
