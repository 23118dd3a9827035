import { Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';

import { Settings } from '#libs/runtime';
import { sha256Hex } from '#libs/secrets';
import { Database } from '#libs/storage';

import { signInRefusal } from './sign-in-refusals.js';

const TAKE = `
INSERT INTO control.sign_in_attempts AS one (subject, attempts, window_ends_at)
VALUES ($1, 1, now() + $2 * interval '1 minute')
ON CONFLICT (subject) DO UPDATE SET
  attempts = CASE WHEN one.window_ends_at <= now() THEN 1 ELSE least(one.attempts + 1, 1000000) END,
  window_ends_at = CASE WHEN one.window_ends_at <= now() THEN excluded.window_ends_at ELSE one.window_ends_at END
RETURNING attempts, ceil(extract(epoch FROM window_ends_at - now()))::int AS "secondsLeft"`;
const FORGET_OLD = `
DELETE FROM control.sign_in_attempts WHERE subject IN
  (SELECT subject FROM control.sign_in_attempts WHERE window_ends_at <= now() - interval '1 minute' LIMIT 100)`;
const GIVE_BACK = 'UPDATE control.sign_in_attempts SET attempts = greatest(attempts - 1, 0) WHERE subject = $1';
const FORGET = 'DELETE FROM control.sign_in_attempts WHERE subject = $1';

interface Taken {
  readonly attempts: number;
  readonly secondsLeft: number;
}

/**
 * How often somebody may try. An attempt is counted before it is looked at, in one statement of the database, so that no number
 * of processes or of attempts at a time lets one more through.
 */
@Injectable()
export class SignInAttempts {
  constructor(
    private readonly settings: Settings,
    private readonly database: Database,
  ) {}

  /**
   * Counts an attempt from an address and, where one is named, for an account. `tell` is called for the first that is too many.
   * @throws QueryRefused 429 `too_many_attempts`
   */
  async take(address: string, email?: string, tell?: () => Promise<void>): Promise<void> {
    const { attempts, attemptsPerAddress } = this.settings.signIn;
    const taken = [
      { limit: attemptsPerAddress, ...(await this.count(ofAddress(address))) },
      ...(email === undefined ? [] : [{ limit: attempts, ...(await this.count(ofAccount(email))) }]),
    ];
    const over = taken.filter((one) => one.attempts > one.limit);
    if (over.length === 0) return;
    if (over.some((one) => one.attempts === one.limit + 1)) await tell?.();
    throw signInRefusal.tooManyAttempts(Math.max(1, ...over.map(({ secondsLeft }) => secondsLeft)));
  }

  /** It was the right person: nothing counts against the account, and this attempt not against the address. */
  async succeeded(address: string, email: string): Promise<void> {
    await this.database.query(FORGET, [ofAccount(email)]);
    await this.database.query(GIVE_BACK, [ofAddress(address)]);
    await this.database.query(FORGET_OLD);
  }

  private async count(subject: string): Promise<Taken> {
    const [taken] = await this.database.query<Taken>(TAKE, [subject, this.settings.signIn.windowMinutes]);
    if (!taken) throw new Error('an attempt that was counted is gone');
    return taken;
  }
}

function ofAccount(email: string): string {
  return `account:${sha256Hex(email.toLowerCase())}`;
}

/** Who has one address of IPv6 has the whole network of 64 bits. */
function ofAddress(address: string): string {
  if (!ipaddr.isValid(address)) return 'address:unknown';
  const parsed = ipaddr.process(address);
  return `address:${parsed.kind() === 'ipv6' ? parsed.toNormalizedString().split(':').slice(0, 4).join(':') : parsed.toString()}`;
}
