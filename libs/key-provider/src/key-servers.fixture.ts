import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a server of a key service answers. */
export interface ServedAnswer {
  readonly status: number;
  readonly type?: string;
  readonly body: object;
}

/** A key service on a port of its own, which can be out of order. */
export interface KeyServer {
  readonly url: string;
  readonly requests: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: string }[];
  isDown: boolean;
  readonly close: () => Promise<void>;
}

/** Serves what `answer` makes of each request; while it is down, 503. */
export async function serveKeys(
  answer: (request: { path: string; headers: IncomingMessage['headers']; body: string }) => ServedAnswer,
): Promise<KeyServer> {
  const served: { requests: KeyServer['requests']; isDown: boolean } = { requests: [], isDown: false };
  const server: Server = createServer((request, response) => {
    void serve(request, response);
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await text(request);
    const asked = { path: request.url ?? '', headers: request.headers, body };
    served.requests.push(asked);
    const told = served.isDown ? { status: 503, body: { errors: ['Vault is sealed'] } } : answer(asked);
    response.writeHead(told.status, { 'content-type': told.type ?? 'application/json' });
    response.end(JSON.stringify(told.body));
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(served, { url, close });
}

/** The cipher inside of a key service. */
export class ServedKey {
  private readonly key = randomBytes(32);

  encrypt(plain: Uint8Array, aad: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(aad));
    return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  }

  decrypt(sealed: Uint8Array, aad: string): Buffer {
    const options = { authTagLength: TAG_BYTES };
    const decipher = createDecipheriv('aes-256-gcm', this.key, sealed.subarray(0, NONCE_BYTES), options);
    decipher.setAAD(Buffer.from(aad)).setAuthTag(sealed.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
  }
}
