import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalContext, dataKeyOf, KeyProvider, KeyProviderError, type KeyContext } from './key-provider.js';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORM = /^f1\.([A-Za-z0-9_-]+)$/;

/**
 * A master key in a file: the base64 of 32 bytes, made where the file is not there, readable by its owner alone. It wraps with
 * AES-256-GCM, as `f1.<base64url of nonce (12), ciphertext, tag (16)>`. Whoever has the file has all keys, and whoever loses it
 * has none: keep a copy apart from the backups of the database.
 */
export class FileKeyProvider extends KeyProvider {
  override readonly name = 'file';
  private masterKey: Promise<KeyObject> | undefined;

  constructor(private readonly path: string) {
    super();
  }

  override async wrap(dataKey: Uint8Array, context: KeyContext): Promise<string> {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, await this.key(), nonce);
    cipher.setAAD(Buffer.from(canonicalContext(context)));
    const sealed = Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]);
    return `f1.${sealed.toString('base64url')}`;
  }

  override async unwrap(wrapped: string, context: KeyContext): Promise<Buffer> {
    const key = await this.key();
    try {
      const sealed = Buffer.from(FORM.exec(wrapped)?.[1] ?? '', 'base64url');
      const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(canonicalContext(context)));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      return dataKeyOf(Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]));
    } catch (cause) {
      throw new KeyProviderError(
        'key_refused',
        `A data key does not open with the master key of ${this.path}: it was wrapped with another, or was altered. Put the ` +
          'file back that was there when it was wrapped.',
        { cause },
      );
    }
  }

  private async key(): Promise<KeyObject> {
    this.masterKey ??= this.read();
    try {
      return await this.masterKey;
    } catch (error) {
      this.masterKey = undefined;
      throw error;
    }
  }

  private async read(): Promise<KeyObject> {
    try {
      const text = await readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return this.make();
        throw error;
      });
      const bytes = Buffer.from(text.trim(), 'base64');
      if (bytes.length === KEY_BYTES) return createSecretKey(bytes);
    } catch (cause) {
      throw new KeyProviderError('key_provider_unavailable', `The master key ${this.path} cannot be read.`, { cause });
    }
    throw new KeyProviderError(
      'key_refused',
      `The master key ${this.path} is not the base64 of ${KEY_BYTES} bytes. Put the file back that was there before.`,
    );
  }

  /** Of several processes that make one at once, the first wins. The file is whole and on disk before it has its name. */
  private async make(): Promise<string> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    const temporary = `${this.path}.${randomBytes(6).toString('hex')}`;
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, this.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await rm(temporary);
    return readFile(this.path, 'utf8');
  }
}
