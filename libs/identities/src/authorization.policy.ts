import type { Permissions } from './permissions.policy.js';

/** An identity as nats-server knows it: its public nkey and what it may do. */
export interface AuthorizedIdentity {
  readonly name: string;
  readonly publicKey: string;
  readonly permissions: Permissions;
}

/**
 * The `authorization` block of nats.conf: one user for each identity, and nobody else; with it a connection without an nkey of
 * the list is refused. An empty list of subjects refuses all.
 */
export function writeAuthorization(identities: readonly AuthorizedIdentity[]): string {
  const users = identities.flatMap(({ name, publicKey, permissions }) => [
    `    # ${name}`,
    `    { nkey: ${publicKey}, permissions: {`,
    `      publish: { allow: ${list(permissions.publish)} }`,
    `      subscribe: { allow: ${list(permissions.subscribe)} }`,
    '    } }',
  ]);
  return ['authorization {', '  timeout: 5', '  users: [', ...users, '  ]', '}', ''].join('\n');
}

function list(subjects: readonly string[]): string {
  return `[${subjects.map((subject) => JSON.stringify(subject)).join(', ')}]`;
}
