import { once } from 'node:events';
import type { Server } from 'node:http';

/** The sim provider cannot listen where it was told to. Trying again helps only after the remedy in the message. */
class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly isRetryable = false;
}

/** Binds a server and returns its port. Throws a `ListenError` that names address and cause. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ListenError(`The sim provider cannot listen on ${host}:${port} (${reason}); choose another --port.`, {
      cause,
    });
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}
