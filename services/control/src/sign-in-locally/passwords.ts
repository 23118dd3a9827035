import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';

import { Settings } from '#libs/runtime';
import { SignInSecrets } from '#libs/secrets';

/** Argon2id with 19 MiB, two passes and one lane, as OWASP advises; about 20 ms of a core. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Hashes of passwords: argon2id with a random salt each and a pepper that is not in the database. */
@Injectable()
export class Passwords {
  private readonly options: typeof COST & { readonly secret: Uint8Array };
  private nobodys: Promise<string> | undefined;

  constructor({ secretKey }: Settings) {
    this.options = { ...COST, secret: new SignInSecrets(secretKey).passwordPepper };
  }

  async hash(password: string): Promise<string> {
    return hash(plainOf(password), this.options);
  }

  /** Takes as long for somebody who has no password, or is not there, as for a wrong one. */
  async isRight(kept: string | null | undefined, password: string): Promise<boolean> {
    this.nobodys ??= this.hash('nobody has this password');
    const isRight = await verify(kept ?? (await this.nobodys), plainOf(password), this.options);
    return isRight && typeof kept === 'string';
  }
}

/** Keyboards make the same letter in different ways. */
function plainOf(password: string): string {
  return password.normalize('NFC');
}
