import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '#libs/storage';

/** A key as it rests: `number` counts up, and the highest signs. */
export interface StoredKey {
  readonly number: number;
  readonly publicKey: Uint8Array;
  readonly sealedPrivateKey: string;
  readonly createdAt: Date;
}

interface Row {
  number: string;
  public_key: Buffer;
  sealed_private_key: string;
  created_at: Date;
}

/** A key that is not in force yet. */
export type NewKey = Omit<StoredKey, 'createdAt'>;

@Injectable()
export class SigningKeysRepository {
  constructor(private readonly database: Database) {}

  /** All keys there ever were, the newest first. */
  async list(): Promise<StoredKey[]> {
    const rows = await this.database.query<Row>('SELECT * FROM audit.signing_keys ORDER BY number DESC');
    return rows.map((row) => ({
      number: Number(row.number),
      publicKey: row.public_key,
      sealedPrivateKey: row.sealed_private_key,
      createdAt: row.created_at,
    }));
  }

  /**
   * False where another process has added a key of this number first. It is no older than what the key before it signed, by whichever
   * clock: that would else be of a time when that key signed no more.
   */
  async add(key: NewKey, on: Pick<Transaction, 'query'> = this.database): Promise<boolean> {
    const rows = await on.query(
      `INSERT INTO audit.signing_keys (number, public_key, sealed_private_key, created_at)
       VALUES ($1, $2, $3, greatest(now(), (SELECT max(signed_at) FROM audit.checkpoints)))
       ON CONFLICT DO NOTHING RETURNING number`,
      [key.number, Buffer.from(key.publicKey), key.sealedPrivateKey],
    );
    return rows.length > 0;
  }
}
