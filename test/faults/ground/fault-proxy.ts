import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

import { toxicSchema, type Toxic, type ToxicFields } from './toxics.js';
import { ToxicPipe } from './toxic-pipe.js';

/** A TCP way to a server on which every kind of trouble can be made. It begins without any. */
export class FaultProxy {
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #toxics: readonly Toxic[] = [];
  #server: Server | undefined;

  private constructor(
    private readonly target: { readonly host: string; readonly port: number },
    readonly port: number,
  ) {}

  /** On `port`, or on any free one. */
  static async start(target: { host: string; port: number }, port = 0): Promise<FaultProxy> {
    const probe = createServer().listen(port, '127.0.0.1');
    await once(probe, 'listening');
    const address = probe.address();
    probe.close();
    await once(probe, 'close');
    const proxy = new FaultProxy(target, address !== null && typeof address === 'object' ? address.port : port);
    await proxy.#listen();
    return proxy;
  }

  /** `url` of the server with the proxy's host and port in it. */
  inFrontOf(url: string): string {
    const proxied = new URL(url);
    proxied.hostname = '127.0.0.1';
    proxied.port = String(this.port);
    return proxied.href;
  }

  get toxics(): readonly Toxic[] {
    return this.#toxics;
  }

  /** Puts these toxics in force instead of those there are; none mends the way. */
  async setToxics(fields: readonly ToxicFields[]): Promise<void> {
    const toxics = fields.map((toxic) => toxicSchema.parse(toxic));
    this.#toxics = toxics;
    const isDown = toxics.some(({ type }) => type === 'down');
    if (isDown) await this.#close();
    else if (this.#server === undefined) await this.#listen();
    for (const toxic of toxics)
      if (toxic.type === 'reset-peer') for (const socket of this.#sockets) this.#resetLater(socket, toxic.milliseconds);
  }

  async mend(): Promise<void> {
    await this.setToxics([]);
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    await this.#close();
  }

  async #listen(): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (inward) => this.#join(inward));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.#server = server;
  }

  #join(inward: Socket): void {
    const outward = connect({ ...this.target, allowHalfOpen: true, noDelay: true });
    inward.setNoDelay(true);
    for (const [socket, other] of [[inward, outward] as const, [outward, inward] as const]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    const toxics = (): readonly Toxic[] => this.#toxics;
    new ToxicPipe(inward, outward, 'to-server', toxics).open();
    new ToxicPipe(outward, inward, 'to-client', toxics).open();
    const reset = this.#toxics.find((toxic) => toxic.type === 'reset-peer');
    if (reset) this.#resetLater(inward, reset.milliseconds);
  }

  #resetLater(socket: Socket, milliseconds: number): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      socket.resetAndDestroy();
    }, milliseconds);
    this.#timers.add(timer);
  }

  async #close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
