import { readFileSync } from 'node:fs';
import { nkeyAuthenticator, type NodeConnectionOptions } from '@nats-io/transport-node';

/** How a process shows who it is, and whom it trusts. Paths are absolute. */
export interface NatsAccess {
  /** The nkey seed of this service's identity; without one the server must let anybody in. */
  readonly seedFile?: string | undefined;
  /** Speak TLS or not at all. */
  readonly tls?: NatsTls | undefined;
}

/** `caFile`: who signs the server's certificate, unless the machine trusts it already. The other two: our own certificate. */
export interface NatsTls {
  readonly caFile: string | undefined;
  readonly certificateFile: string | undefined;
  readonly keyFile: string | undefined;
}

/** The options of the client. The seed is read at every connection, so that a replaced one is taken up without a restart. */
export function authenticatorOf({ seedFile, tls }: NatsAccess): NodeConnectionOptions {
  return {
    ...(seedFile === undefined ? {} : { authenticator: nkeyAuthenticator(seedReader(seedFile)) }),
    ...(tls === undefined ? {} : { tls: tlsOptions(tls) }),
  };
}

/** A file that is missing for a moment, while it is replaced, must not end the connection for good: the client would close it. */
function seedReader(file: string): () => Uint8Array {
  let seed = seedIn(file);
  return () => {
    try {
      seed = seedIn(file);
    } catch {
      // The server says whether the one held is still good.
    }
    return seed;
  };
}

function seedIn(file: string): Uint8Array {
  return Buffer.from(readFileSync(file, 'ascii').trim(), 'ascii');
}

function tlsOptions({ caFile, certificateFile, keyFile }: NatsTls): Record<string, string> {
  const named = { caFile, certFile: certificateFile, keyFile };
  return Object.fromEntries(Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
