import { classOfStatus } from '#libs/dialects';
import { z } from 'zod';
import { ProviderFailure } from '../provider-failure.js';
import type { ServiceAccount } from './service-account.js';

/** A token is renewed this long before it ends, so that none ends on its way. */
const MARGIN_MILLISECONDS = 60_000;
const TIMEOUT_MILLISECONDS = 10_000;

const answerSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() });

interface Token {
  readonly text: string;
  readonly endsAtMilliseconds: number;
}

/** The access tokens of a service account: one at a time, fetched when the last is about to end. */
export class AccessTokens {
  /** The newest token there was, even if it was refused; for taking it out of words that go on. */
  last: string | undefined;
  private token: Token | undefined;
  private fetching: Promise<Token> | undefined;

  constructor(
    private readonly account: ServiceAccount,
    private readonly fetch: typeof globalThis.fetch,
    private readonly now: () => number = Date.now,
  ) {}

  /** @throws ProviderFailure where the token endpoint refuses or cannot be reached */
  async current(): Promise<string> {
    if (this.token && this.token.endsAtMilliseconds - MARGIN_MILLISECONDS > this.now()) return this.token.text;
    this.fetching ??= this.fetchToken().finally(() => {
      this.fetching = undefined;
    });
    this.token = await this.fetching;
    this.last = this.token.text;
    return this.last;
  }

  /** Drops a token that was refused, so that the next call fetches another. */
  forget(): void {
    this.token = undefined;
  }

  private async fetchToken(): Promise<Token> {
    const startedAt = this.now();
    const answer = await this.fetch(this.account.tokenUri, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: this.account.claim(Math.floor(startedAt / 1_000)),
      }).toString(),
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    }).catch((error: unknown) => {
      throw new ProviderFailure('connection', 'the token endpoint of the service account could not be reached', {
        cause: error,
      });
    });
    if (!answer.ok) throw refusal(answer.status);
    const read = answerSchema.safeParse(await answer.json().catch(() => undefined));
    if (!read.success) {
      throw new ProviderFailure('authentication', 'the token endpoint of the service account gave no access token');
    }
    return { text: read.data.access_token, endsAtMilliseconds: startedAt + read.data.expires_in * 1_000 };
  }
}

/** A wrong or withdrawn key is an `invalid_grant` with status 400. */
function refusal(status: number): ProviderFailure {
  const errorClass = status === 400 ? 'authentication' : classOfStatus(status);
  return new ProviderFailure(errorClass, `the token endpoint refused the service account (status ${status})`, {
    status,
  });
}
