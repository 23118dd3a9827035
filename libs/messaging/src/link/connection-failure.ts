import { AuthorizationError } from '@nats-io/transport-node';
import { MessagingError } from '../messaging-error.js';
import type { NatsAccess } from './nats-access.js';

/** Words of a failed TLS handshake, as Node's OpenSSL and the client say it. */
const TLS_FAILURE = /certificate|self.signed|does not support 'tls'|tls|ssl|altname|ERR_OSSL|ENOENT|EACCES/i;

/**
 * What a failed first connection means. Not `retryable` where the server is there and refuses us, or where our own files are
 * wrong: a process that waited would wait for ever, and say nothing.
 */
export function connectionFailure(error: unknown, name: string, { seedFile, tls }: NatsAccess): MessagingError {
  const said = error instanceof Error ? wordsOf(error) : String(error);
  if (error instanceof AuthorizationError) {
    const remedy =
      seedFile === undefined
        ? `it wants an identity: set SWITCHYARD_NATS_SEED_FILE to the seed of ${name}`
        : `the identity in ${seedFile} is not one of its users: see docs/runbooks/rotate-an-identity.md`;
    return new MessagingError('refused', `NATS refused ${name} (${said}); ${remedy}`, { cause: error });
  }
  if (tls !== undefined && TLS_FAILURE.test(said)) {
    const remedy = 'check SWITCHYARD_NATS_CA, and that the server speaks TLS under the name in NATS_URL';
    return new MessagingError('refused', `No TLS with NATS (${said}); ${remedy}`, { cause: error });
  }
  return new MessagingError('disconnected', `NATS is out of reach (${said})`, { cause: error });
}

function wordsOf(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${wordsOf(error.cause)}` : error.message;
}
