import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSettings } from './read-settings.js';
import type { SealUse } from './store-access.js';
import { SettingsError } from './settings.error.js';
import type { Environment } from './environment.js';

const folder = mkdtempSync(join(tmpdir(), 'switchyard-boot-'));
const file = (name: string) => join(folder, name);
const random = '8yf7r4m0vDq0hJtWk1uE2xQ5bZcLnPaS3gIdFoTjXz8=';
const remoteNats = {
  NATS_URL: 'tls://nats.example.com:4222',
  SWITCHYARD_NATS_SEED_FILE: file('closed'),
  SWITCHYARD_NATS_CA: file('open'),
};
const remotePassword = 'f0e1d2c3b4a5968778695a4b';
const remoteDatabase = (query: string, password = remotePassword) => ({
  DATABASE_URL: `postgres://switchyard:${password}@db.example.com:5432/switchyard${query}`,
});

/** What must not start, and what is said of it: the variable, and what to do. */
const REFUSED: readonly [string, Environment, RegExp][] = [
  ['a short secret key', { SWITCHYARD_SECRET_KEY: 'c2hvcnQ=' }, /SWITCHYARD_SECRET_KEY must be.*openssl rand/],
  ['a secret key of zeroes', { SWITCHYARD_SECRET_KEY: Buffer.alloc(32).toString('base64') }, /pattern.*openssl rand/],
  [
    'a secret key that repeats itself',
    { SWITCHYARD_SECRET_KEY: Buffer.from('switchyard'.repeat(4).slice(0, 32)).toString('base64') },
    /pattern.*openssl rand/,
  ],
  ['a short admin key', { SWITCHYARD_ADMIN_KEY: 'short' }, /SWITCHYARD_ADMIN_KEY must be 16/],
  ['an admin key of one letter', { SWITCHYARD_ADMIN_KEY: 'a'.repeat(32) }, /SWITCHYARD_ADMIN_KEY can be guessed/],
  ['an admin key of an example', { SWITCHYARD_ADMIN_KEY: 'change-me-please-soon' }, /SWITCHYARD_ADMIN_KEY can be/],
  ['an admin key that says so', { SWITCHYARD_ADMIN_KEY: 'sy_admin_Password1234' }, /SWITCHYARD_ADMIN_KEY can be/],
  [
    'the digest of an empty admin key',
    { SWITCHYARD_ADMIN_KEY_SHA256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
    /SWITCHYARD_ADMIN_KEY_SHA256 is the SHA-256 of an empty/,
  ],
  ['an open seed of NATS', { SWITCHYARD_NATS_SEED_FILE: file('open') }, /SEED_FILE: .*0644.*chmod 600/],
  ['a seed that is not there', { SWITCHYARD_NATS_SEED_FILE: file('none') }, /SEED_FILE names .*cannot be read/],
  [
    'an open key of TLS',
    { SWITCHYARD_NATS_CERTIFICATE: file('open'), SWITCHYARD_NATS_KEY: file('open') },
    /SWITCHYARD_NATS_KEY: .*chmod 600/,
  ],
  [
    'an open key of TLS for Postgres',
    { SWITCHYARD_DATABASE_CERTIFICATE: file('open'), SWITCHYARD_DATABASE_KEY: file('open') },
    /SWITCHYARD_DATABASE_KEY: .*chmod 600/,
  ],
  ['an open master key of payloads', { SWITCHYARD_KEY_FILE: file('open') }, /SWITCHYARD_KEY_FILE: .*chmod 600/],
  ['an open file of pushes', { SWITCHYARD_AUDIT_PUSH_FILE: file('open') }, /AUDIT_PUSH_FILE: .*chmod 600/],
  ['a file of pushes that is not there', { SWITCHYARD_AUDIT_PUSH_FILE: file('none') }, /PUSH_FILE names .*cannot be/],
  ['a master key that its group may replace', { SWITCHYARD_KEY_FILE: file('group') }, /mode 0660/],
  ['a certificate without its key', { SWITCHYARD_NATS_CERTIFICATE: file('open') }, /go together/],
  [
    'a NATS elsewhere in plain text',
    { NATS_URL: 'nats://nats.example.com:4222', SWITCHYARD_NATS_SEED_FILE: file('closed') },
    /nats\.example\.com:4222.*without TLS.*SWITCHYARD_NATS_CA.*UNPROTECTED_STORES=allow/,
  ],
  [
    'one of several elsewhere',
    { NATS_URL: 'nats://127.0.0.1:4222,nats://10.0.0.7:4222', SWITCHYARD_NATS_SEED_FILE: file('closed') },
    /names 10\.0\.0\.7:4222,/,
  ],
  [
    'a NATS elsewhere without an identity',
    { ...remoteNats, SWITCHYARD_NATS_SEED_FILE: '' },
    /without an identity: set SWITCHYARD_NATS_SEED_FILE/,
  ],
  [
    'a name that only looks local',
    { ...remoteNats, NATS_URL: 'nats://127.0.0.1.example.com:4222', SWITCHYARD_NATS_CA: '' },
    /not this machine, without TLS/,
  ],
  ['a Postgres elsewhere in plain text', remoteDatabase(''), /db\.example\.com.*without TLS.*sslmode=verify-full/],
  ['one whose certificate is not checked', remoteDatabase('?sslmode=no-verify'), /without TLS/],
  [
    'one that is only preferred to be elsewhere',
    { DATABASE_URL: 'postgres://a:b@localhost/x?host=10.0.0.9' },
    /10\.0\.0\.9/,
  ],
  ['a Postgres without a password', remoteDatabase('?sslmode=verify-full', ''), /without a password/],
  ['a Postgres with everybody’s password', remoteDatabase('?sslmode=verify-full', 'postgres'), /everybody tries first/],
  ['an sslmode that there is not', remoteDatabase('?sslmode=verify'), /sslmode that is none/],
];

const TAKEN: readonly [string, Environment][] = [
  ['nothing at all', {}],
  ['random keys', { SWITCHYARD_SECRET_KEY: random, SWITCHYARD_ADMIN_KEY: 'sy_admin_f81bc7aa0e2d94c6' }],
  ['closed files', { SWITCHYARD_NATS_SEED_FILE: file('closed'), SWITCHYARD_KEY_FILE: file('closed') }],
  ['a file that is mounted for a group', { SWITCHYARD_NATS_SEED_FILE: file('mounted') }],
  ['a master key that is still to be made', { SWITCHYARD_KEY_FILE: file('none') }],
  ['servers of this machine', { NATS_URL: 'nats://[::1]:4222', DATABASE_URL: 'postgres://u:postgres@127.0.0.2/x' }],
  ['a socket of this machine', { DATABASE_URL: 'postgres:///x?host=/var/run/postgresql' }],
  ['a NATS elsewhere with TLS and an identity', remoteNats],
  ['a Postgres elsewhere with TLS and a password', remoteDatabase('?sslmode=verify-full')],
  ['a Postgres elsewhere by its authority', { ...remoteDatabase(''), SWITCHYARD_DATABASE_CA: file('open') }],
  [
    'stores that the network protects, where it is said',
    { NATS_URL: 'nats://nats:4222', ...remoteDatabase(''), SWITCHYARD_UNPROTECTED_STORES: 'allow' },
  ],
];

describe('an environment', () => {
  beforeAll(() => {
    const modes = { open: 0o644, closed: 0o600, mounted: 0o440, group: 0o660 };
    for (const [name, mode] of Object.entries(modes)) {
      writeFileSync(file(name), 'secret');
      chmodSync(file(name), mode);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(REFUSED)('is refused with %s', (_what, environment, said) => {
    const read = () => readSettings(environment, { workingFolder: folder });

    expect(read).toThrow(SettingsError);
    expect(read).toThrow(said);
    expect(read).not.toThrow(remotePassword);
  });

  it.each(TAKEN)('is taken with %s', (_what, environment) => {
    expect(() => readSettings(environment, { workingFolder: folder })).not.toThrow();
  });

  it('is refused without the key of seals where NATS is elsewhere, for those who seal, and with it for workers', () => {
    const sealed = { SWITCHYARD_REQUEST_SEAL_FILE: file('closed') };
    const read = (environment: Environment, seals: SealUse | undefined) => () =>
      readSettings(environment, { workingFolder: folder, seals });

    expect(read(remoteNats, 'needed')).toThrow(/example\.com:4222.*set SWITCHYARD_REQUEST_SEAL_FILE/);
    expect(read({ ...remoteNats, SWITCHYARD_UNPROTECTED_STORES: 'allow' }, 'needed')).not.toThrow();
    expect(read({ NATS_URL: 'nats://127.0.0.1:4222' }, 'needed')).not.toThrow();
    expect(read({ ...remoteNats, ...sealed }, 'needed')).not.toThrow();
    expect(read(remoteNats, undefined)).not.toThrow();
    expect(read(remoteNats, 'forbidden')).not.toThrow();
    expect(read(sealed, 'forbidden')).toThrow(/SWITCHYARD_REQUEST_SEAL_FILE is set for a worker.*take it out/);
  });

  it('makes sure of Postgres by certificate and name wherever TLS is asked for', () => {
    const urls = ['?sslmode=require', '?ssl=true', '?sslmode=prefer&uselibpqcompat=true', '?sslmode=verify-ca'].map(
      (query) => readSettings({ ...remoteDatabase(query), SWITCHYARD_DATABASE_CA: 'open' }, { workingFolder: folder }),
    );

    for (const { databaseUrl } of urls) {
      const { searchParams } = new URL(databaseUrl ?? '');
      expect(Object.fromEntries(searchParams)).toEqual({ sslmode: 'verify-full', sslrootcert: file('open') });
    }
  });
});
