import { once } from 'node:events';
import {
  createServer,
  request as forward,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

import { startSimProvider, type SimProvider, type SimProviderOptions } from '#libs/simulation';

/** A call as it came to the upstream. */
export interface ReceivedCall {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** When the caller went away before the answer was complete; milliseconds since the epoch. */
  leftAt?: number;
}

/** The sim provider with a front that keeps the very bytes it was sent. */
export interface Upstream {
  /** With `/v1`. */
  readonly baseUrl: string;
  readonly received: readonly ReceivedCall[];
  readonly sim: SimProvider;
  close(): Promise<void>;
}

/** `answers` speak in place of the sim provider for the models they are named after. */
export interface UpstreamOptions extends SimProviderOptions {
  readonly answers?: Readonly<Record<string, (call: ReceivedCall, response: ServerResponse) => void>>;
}

/** Starts an upstream on a free port. */
export async function startUpstream({ answers = {}, ...options }: UpstreamOptions = {}): Promise<Upstream> {
  const sim = await startSimProvider(options);
  const received: ReceivedCall[] = [];
  const server = createServer((request, response) => void take(request, response).catch(() => response.destroy()));

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const call: ReceivedCall = { headers: request.headers, body: Buffer.concat(parts) };
    received.push(call);
    response.once('close', () => {
      if (!response.writableFinished) call.leftAt = Date.now();
    });
    const answer = answers[modelOf(call.body)];
    if (answer) answer(call, response);
    else pass(call, response, `${sim.url}${request.url}`);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    received,
    sim,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await sim.close();
    },
  };
}

function pass(call: ReceivedCall, response: ServerResponse, url: string): void {
  const onward = forward(url, { method: 'POST', headers: call.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  onward.once('error', () => response.destroy());
  response.once('close', () => onward.destroy());
  onward.end(call.body);
}

function modelOf(body: Buffer): string {
  try {
    const { model } = JSON.parse(body.toString('utf8')) as { model?: unknown };
    return typeof model === 'string' ? model : '';
  } catch {
    return '';
  }
}
