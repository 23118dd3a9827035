import { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { inboxPrefixOf } from '#libs/contracts';
import { metrics } from '#libs/telemetry';
import {
  connect,
  type Msg,
  type NatsConnection,
  type NodeConnectionOptions,
  PermissionViolationError,
  type Subscription,
} from '@nats-io/transport-node';
import { connectionFailure } from './connection-failure.js';
import { authenticatorOf, type NatsAccess } from './nats-access.js';

/** What the link says of its life; `warn` and `info` lines go to the service's log. */
export interface LinkLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

const FIRST_CONNECTION_EVERY_MILLISECONDS = 250;

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
    /** Begins every subject at which this process may wait for answers. */
    readonly inboxPrefix: string,
  ) {
    super();
    this.setMaxListeners(0);
    void this.followStatus();
  }

  /**
   * Connects; resolves only when a server answered, however long that takes. `url` may list several servers, separated by commas.
   * @throws MessagingError `refused` where a server is there and does not let this process in.
   */
  static async open(url: string, name: string, log: LinkLog, access: NatsAccess = {}): Promise<NatsLink> {
    const options: NodeConnectionOptions = {
      servers: url.split(',').map((server) => server.trim()),
      name,
      inboxPrefix: inboxPrefixOf(name),
      noAsyncTraces: true,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      reconnectJitter: 250,
      // An identity that is being replaced is refused for a moment.
      ignoreAuthErrorAbort: true,
      pingInterval: 10_000,
      maxPingOut: 2,
      timeout: 5_000,
      ...authenticatorOf(access),
    };
    for (let isTold = false; ; isTold = true) {
      try {
        return new NatsLink(await connect(options), log, `${inboxPrefixOf(name)}.`);
      } catch (error) {
        const failure = connectionFailure(error, name, access);
        if (!failure.retryable) throw failure;
        if (!isTold) log.warn({ reason: failure.message }, 'waiting for NATS');
        await wait(FIRST_CONNECTION_EVERY_MILLISECONDS);
      }
    }
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
        if (status.error instanceof PermissionViolationError)
          metrics.natsRefusals.add({ operation: status.error.operation });
        this.log.warn({ error: status.error }, 'NATS reported an error');
      }
    }
  }
}
