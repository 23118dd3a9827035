import { once } from 'node:events';
import {
  createServer,
  request as forward,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as it came to an upstream. */
export interface ReceivedCall {
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** When the caller went away before the answer was complete; milliseconds since the epoch. */
  leftAt?: number;
}

/** Answers a call in place of the server behind. */
export type FrontAnswer = (call: ReceivedCall, response: ServerResponse) => void;

/** A front before a server: keeps the very bytes that were sent to it. */
export interface RecordingFront {
  readonly url: string;
  readonly received: readonly ReceivedCall[];
  close(): Promise<void>;
}

/** Starts a front on a free port; `answerFor` may take a call over from the server at `target`. */
export async function startRecordingFront(
  target: string,
  answerFor: (call: ReceivedCall) => FrontAnswer | undefined,
): Promise<RecordingFront> {
  const received: ReceivedCall[] = [];
  const server = createServer((request, response) => void take(request, response).catch(() => response.destroy()));

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const call: ReceivedCall = {
      path: request.url ?? '/',
      headers: request.headers,
      body: Buffer.concat(parts),
    };
    received.push(call);
    response.once('close', () => {
      if (!response.writableFinished) call.leftAt = Date.now();
    });
    const answer = answerFor(call);
    if (answer) answer(call, response);
    else pass(call, response, target);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function pass(call: ReceivedCall, response: ServerResponse, target: string): void {
  const onward = forward(`${target}${call.path}`, { method: 'POST', headers: call.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    answer.pipe(response);
    answer.once('error', () => response.destroy());
  });
  onward.once('error', () => response.destroy());
  response.once('close', () => onward.destroy());
  onward.end(call.body);
}
