import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server of the tests replies to one request. */
export interface Reply {
  readonly status?: number;
  /** The content type is made of the body where it is not given. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A plain answer: text or bytes as they are, anything else as JSON. */
  readonly body?: unknown;
  /** A stream's events, each as it goes over the wire. */
  readonly events?: readonly (string | Uint8Array)[];
  /** What follows the body: its proper end, a broken connection, or nothing. */
  readonly ending?: 'end' | 'cut' | 'open';
  /** Sends the bytes in pieces of this size. */
  readonly pieceBytes?: number;
  /** Sends nothing at all. */
  readonly isSilent?: boolean;
}

/** A request as the server received it; `body` is parsed JSON, or text where it is none. */
export interface SeenRequest {
  readonly method?: string | undefined;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  /** The body as it came. */
  readonly text: string;
}

/** A local server that replies what a test tells it to, and sees who leaves. */
export class ProviderServer {
  readonly requests: SeenRequest[] = [];
  /** How many responses the other side closed before their end. */
  abandoned = 0;
  private replyTo: (request: SeenRequest) => Reply = () => ({ status: 500, body: 'no reply is set' });

  private constructor(private readonly server: Server) {}

  static async start(): Promise<ProviderServer> {
    const server = createServer();
    const made = new ProviderServer(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void made.handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return made;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Sets the reply for the requests to come, and forgets what was seen. */
  replyWith(reply: Reply | ((request: SeenRequest) => Reply)): void {
    this.requests.length = 0;
    this.abandoned = 0;
    this.replyTo = typeof reply === 'function' ? reply : () => reply;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { url: path = '', method, headers } = request;
    const text = Buffer.concat(parts).toString();
    const seen = { method, path, headers, body: parsed(text), text };
    this.requests.push(seen);
    response.once('close', () => {
      if (!response.writableFinished) this.abandoned++;
    });
    await send(this.replyTo(seen), response);
  }
}

async function send(reply: Reply, response: ServerResponse): Promise<void> {
  if (reply.isSilent) return;
  const { status = 200, headers = {}, events, ending = 'end' } = reply;
  response.writeHead(status, { 'content-type': typeOf(reply), ...headers });
  const pieces = (events ?? [plainBytes(reply.body)]).flatMap((part) => cut(Buffer.from(part), reply.pieceBytes));
  for (const piece of pieces) await new Promise((resolve) => response.write(piece, resolve));
  if (ending === 'end') response.end();
  if (ending === 'cut') response.destroy();
}

function typeOf({ events, body }: Reply): string {
  if (events) return 'text/event-stream';
  return typeof body === 'string' ? 'text/plain' : 'application/json';
}

function plainBytes(body: unknown): string | Uint8Array {
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body ?? {});
}

function cut(bytes: Buffer, size = bytes.length): Buffer[] {
  const pieces: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += size) pieces.push(bytes.subarray(start, start + size));
  return pieces;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
