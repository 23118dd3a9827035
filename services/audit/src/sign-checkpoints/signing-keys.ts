import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { encodeVerifier, rawPublicKey, type Verifier } from '#libs/merkle';
import { Settings } from '#libs/runtime';
import { openEnvelope, sealEnvelope } from '#libs/secrets';
import type { Transaction } from '#libs/storage';
import { SigningKeysRepository, type NewKey, type StoredKey } from './signing-keys.repository.js';

/** A public key, in the form that `audit verify` reads. */
export interface PublishedKey {
  readonly number: number;
  readonly verifier: string;
  readonly createdAt: number;
  readonly isCurrent: boolean;
  /** Absent of the key in force. */
  readonly validUntil?: number;
}

/** A process that began to sign before a rotation ends with the old key, and clocks differ. */
const HANDOVER_MILLISECONDS = 60_000;

/**
 * The Ed25519 keys of checkpoints. The first is made when it is needed; the private ones rest in Postgres in envelopes, so that
 * whoever has the database alone can sign nothing. A key signs for all organisations, each log under its own name.
 */
@Injectable()
export class SigningKeys {
  private opened: { readonly number: number; readonly key: KeyObject } | undefined;

  constructor(
    private readonly keys: SigningKeysRepository,
    private readonly settings: Settings,
  ) {}

  /** Name of an organisation's log in checkpoints. */
  originOf(organization: string): string {
    return `${this.settings.auditOrigin}/audit/${organization}`;
  }

  /** The key that signs now. */
  async current(): Promise<KeyObject> {
    const [newest] = await this.keys.list();
    if (!newest) {
      await this.keys.add(this.make(1));
      return this.current();
    }
    if (this.opened?.number !== newest.number) {
      const pem = openEnvelope(newest.sealedPrivateKey, this.envelopeOf(newest.number));
      this.opened = { number: newest.number, key: createPrivateKey(pem) };
    }
    return this.opened.key;
  }

  /** A new key, to be put in force. */
  async next(): Promise<NewKey> {
    const [newest] = await this.keys.list();
    return this.make((newest?.number ?? 0) + 1);
  }

  /** From the end of the transaction on it signs; what was signed before verifies with the key of its time. False where another was put in force meanwhile. */
  async putInForce(key: NewKey, transaction: Transaction): Promise<boolean> {
    return this.keys.add(key, transaction);
  }

  /** Everybody that has ever signed checkpoints of an organisation's log, the newest first. */
  async verifiersOf(organization: string): Promise<Verifier[]> {
    const name = this.originOf(organization);
    return (await this.keys.list()).map(({ publicKey }, index, keys) => ({
      name,
      publicKey,
      ...validityOf(keys[index - 1]),
    }));
  }

  async published(organization: string): Promise<PublishedKey[]> {
    const name = this.originOf(organization);
    return (await this.keys.list()).map(({ number, publicKey, createdAt }, index, keys) => ({
      number,
      verifier: encodeVerifier({ name, publicKey }),
      createdAt: createdAt.getTime(),
      isCurrent: index === 0,
      ...validityOf(keys[index - 1]),
    }));
  }

  private make(number: number): NewKey {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const sealedPrivateKey = sealEnvelope(pem, this.envelopeOf(number));
    return { number, publicKey: rawPublicKey(publicKey), sealedPrivateKey };
  }

  private envelopeOf(number: number): { owner: string; secretKey: Uint8Array } {
    return { owner: `audit/signing-key/${number}`, secretKey: this.settings.secretKey };
  }
}

/** Until when a key signs, by the one that came after it. */
function validityOf(next: Pick<StoredKey, 'createdAt'> | undefined): { validUntil?: number } {
  return next ? { validUntil: next.createdAt.getTime() + HANDOVER_MILLISECONDS } : {};
}
