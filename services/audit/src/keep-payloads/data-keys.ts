import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyProvider } from '#libs/key-provider';
import { PayloadsRepository, type StoredKey, type SubjectName } from './payloads.repository.js';

const KEY_BYTES = 32;
const MOST_OPEN_KEYS = 10_000;

/** A data key that can be used. */
export interface OpenKey extends SubjectName {
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * The data keys of subjects: made where a subject has none, wrapped by the key provider, and held open for a while, so that the
 * provider is not asked for each payload. Whoever uses one makes sure in its own transaction that it was not erased meanwhile.
 */
@Injectable()
export class DataKeys {
  private readonly open = new Map<string, Buffer>();

  constructor(
    private readonly repository: PayloadsRepository,
    private readonly provider: KeyProvider,
  ) {}

  /** The key of each subject, by `nameOf`. @throws KeyProviderError, StorageUnavailable */
  async of(subjects: readonly SubjectName[]): Promise<Map<string, OpenKey>> {
    const known = await this.repository.keysInUse(subjects);
    const names = new Set(known.map(nameOf));
    const without = subjects.filter((subject) => !names.has(nameOf(subject)));
    if (without.length > 0) {
      await this.make(without);
      known.push(...(await this.repository.keysInUse(without)));
    }
    const keys = new Map<string, OpenKey>();
    for (const key of known) keys.set(nameOf(key), await this.unwrapped(key));
    return keys;
  }

  /** @throws KeyProviderError; RangeError for one that was erased */
  async unwrapped(key: StoredKey): Promise<OpenKey> {
    const { id, organization, subject, wrapped } = key;
    if (wrapped === null) throw new RangeError(`the key ${id} was erased`);
    const bytes = this.open.get(id) ?? (await this.provider.unwrap(wrapped, contextOf(key)));
    this.open.delete(id);
    this.open.set(id, bytes);
    const [oldest] = this.open.keys();
    if (this.open.size > MOST_OPEN_KEYS && oldest !== undefined) this.open.delete(oldest);
    return { id, organization, subject, bytes };
  }

  /**
   * Lets go of every key that is held open: one that was erased must not rest in memory either. Their bytes are left as they are:
   * whoever encrypts with another subject's key at this moment must not find zeros in its place.
   */
  forget(): void {
    this.open.clear();
  }

  private async make(subjects: readonly SubjectName[]): Promise<void> {
    const keys = [];
    for (const { organization, subject } of subjects) {
      const wrapped = await this.provider.wrap(randomBytes(KEY_BYTES), contextOf({ organization, subject }));
      keys.push({ organization, subject, provider: this.provider.name, wrapped });
    }
    await this.repository.addKeys(keys);
  }
}

/** One name for an organisation's subject. */
export function nameOf({ organization, subject }: SubjectName): string {
  return `${organization}/${subject}`;
}

function contextOf({ organization, subject }: SubjectName): Record<string, string> {
  return { organization, subject, purpose: 'switchyard-payload' };
}
