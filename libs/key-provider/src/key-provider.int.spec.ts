import { mkdtemp, rename, rm, stat, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AwsKmsKeyProvider } from './aws-kms-key-provider.js';
import { FileKeyProvider } from './file-key-provider.js';
import { canonicalContext } from './key-provider.js';
import { describeKeyProvider } from './key-provider.contract.js';
import { serveKeys, ServedKey, type KeyServer } from './key-servers.fixture.js';
import { VaultKeyProvider } from './vault-key-provider.js';

const AMZ_JSON = 'application/x-amz-json-1.1';

/** The wire of KMS: `TrentService` in JSON 1.1, its context compared whatever the order, its errors by `__type`. */
function serveKms(): Promise<KeyServer> {
  const key = new ServedKey();
  const refused = { status: 400, type: AMZ_JSON, body: { __type: 'InvalidCiphertextException' } };
  return serveKeys(({ headers, body }) => {
    const {
      KeyId,
      Plaintext,
      CiphertextBlob,
      EncryptionContext = {},
    } = JSON.parse(body) as Record<string, string> & {
      EncryptionContext?: Record<string, string>;
    };
    if (KeyId !== 'alias/payloads') return { status: 400, type: AMZ_JSON, body: { __type: 'NotFoundException' } };
    const aad = canonicalContext(EncryptionContext);
    if (headers['x-amz-target'] === 'TrentService.Encrypt') {
      const sealed = key.encrypt(Buffer.from(Plaintext ?? '', 'base64'), aad).toString('base64');
      return { status: 200, type: AMZ_JSON, body: { CiphertextBlob: sealed, KeyId } };
    }
    try {
      const plain = key.decrypt(Buffer.from(CiphertextBlob ?? '', 'base64'), aad).toString('base64');
      return { status: 200, type: AMZ_JSON, body: { Plaintext: plain, KeyId } };
    } catch {
      return refused;
    }
  });
}

/** The wire of Vault's transit engine. */
function serveVault(): Promise<KeyServer> {
  const key = new ServedKey();
  return serveKeys(({ path, headers, body }) => {
    if (headers['x-vault-token'] !== 'token-1') return { status: 403, body: { errors: ['permission denied'] } };
    const { plaintext, ciphertext, associated_data: aad = '' } = JSON.parse(body) as Record<string, string>;
    if (path === '/v1/transit/encrypt/payloads') {
      const sealed = key.encrypt(Buffer.from(plaintext ?? '', 'base64'), aad).toString('base64');
      return { status: 200, body: { data: { ciphertext: `vault:v1:${sealed}`, key_version: 1 } } };
    }
    if (path !== '/v1/transit/decrypt/payloads') return { status: 404, body: { errors: [] } };
    try {
      const sealed = Buffer.from(/^vault:v1:(.+)$/.exec(ciphertext ?? '')?.[1] ?? '', 'base64');
      return { status: 200, body: { data: { plaintext: key.decrypt(sealed, aad).toString('base64') } } };
    } catch {
      return { status: 400, body: { errors: ['cipher: message authentication failed'] } };
    }
  });
}

function whileDown(server: KeyServer) {
  return async <T>(work: () => Promise<T>): Promise<T> => {
    server.isDown = true;
    return work().finally(() => (server.isDown = false));
  };
}

const kmsSettings = (server: KeyServer, keyId = 'alias/payloads') => ({
  keyId,
  region: undefined,
  endpoint: server.url,
  credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
});
const vaultSettings = (server: KeyServer, token = 'token-1') => ({
  url: `${server.url}/`,
  token,
  key: 'payloads',
  mount: 'transit',
  namespace: 'team-a',
});

describeKeyProvider('FileKeyProvider', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  const path = join(folder, 'keys', 'payload.key');
  const provider = new FileKeyProvider(path);
  return {
    provider,
    interrupted: async (work) => {
      await rename(path, `${path}.away`);
      await mkdir(path);
      // What is held in memory goes on; a process that begins now cannot.
      const held = Reflect.get(provider, 'masterKey') as unknown;
      Reflect.set(provider, 'masterKey', undefined);
      const outcome = await work();
      Reflect.set(provider, 'masterKey', held);
      await rm(path, { recursive: true });
      await rename(`${path}.away`, path);
      return outcome;
    },
    close: () => rm(folder, { recursive: true }),
  };
});

describeKeyProvider('AwsKmsKeyProvider', async () => {
  const server = await serveKms();
  const provider = new AwsKmsKeyProvider(kmsSettings(server));
  const close = (): Promise<void> => {
    provider.close();
    return server.close();
  };
  return { provider, interrupted: whileDown(server), close };
});

describeKeyProvider('VaultKeyProvider', async () => {
  const server = await serveVault();
  return {
    provider: new VaultKeyProvider(vaultSettings(server)),
    interrupted: whileDown(server),
    close: server.close,
  };
});

describe('FileKeyProvider', () => {
  it('makes one key for processes that begin at once, which its owner alone may read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keys-'));
    const path = join(folder, 'payload.key');
    const [first, second] = [new FileKeyProvider(path), new FileKeyProvider(path)];
    const key = Buffer.alloc(32, 7);
    const [wrapped] = await Promise.all([first.wrap(key, {}), second.wrap(key, {})]);
    expect(await second.unwrap(wrapped, {})).toEqual(key);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await rm(folder, { recursive: true });
  });

  it('refuses a file that holds no key, and does not replace it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keys-'));
    const path = join(folder, 'payload.key');
    await writeFile(path, 'short');
    await expect(new FileKeyProvider(path).wrap(Buffer.alloc(32), {})).rejects.toMatchObject({ code: 'key_refused' });
    await rm(folder, { recursive: true });
  });
});

describe('providers of other houses', () => {
  it('name what is wrong with a key that KMS does not know', async () => {
    const server = await serveKms();
    const provider = new AwsKmsKeyProvider(kmsSettings(server, 'alias/other'));
    await expect(provider.wrap(Buffer.alloc(32), {})).rejects.toThrow(/NotFoundException.*SWITCHYARD_KMS_KEY_ID/s);
    provider.close();
    await server.close();
  });

  it('name what is wrong with a token that Vault does not take, without the token', async () => {
    const server = await serveVault();
    const provider = new VaultKeyProvider(vaultSettings(server, 'token-2'));
    const failure = await provider.wrap(Buffer.alloc(32), {}).catch((error: Error) => error);
    expect(failure).toMatchObject({ code: 'key_refused', message: expect.stringMatching(/403.*permission denied/) });
    expect(String(failure)).not.toContain('token-2');
    expect(server.requests[0]?.headers).toMatchObject({ 'x-vault-namespace': 'team-a', 'x-vault-request': 'true' });
    await server.close();
  });
});
