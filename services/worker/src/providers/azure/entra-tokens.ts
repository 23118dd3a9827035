import type { ClientSecretCredential } from '@azure/identity';
import { ProviderFailure } from '../provider-failure.js';

/** A token is renewed this long before it ends, so that none ends on its way. */
const MARGIN_MILLISECONDS = 2 * 60_000;

type Token = Pick<Awaited<ReturnType<ClientSecretCredential['getToken']>>, 'token' | 'expiresOnTimestamp'>;

/** What tokens are asked of: the part of a credential of `@azure/identity` that is used here. */
export interface TokenSource {
  getToken(scope: string): Promise<Token>;
}

/** The tokens by which Microsoft Entra lets us call Azure: one at a time, renewed shortly before it ends. */
export class EntraTokens {
  private source: TokenSource;
  private lastText: string | undefined;
  private token: Token | undefined;
  private asking: Promise<Token> | undefined;

  /** `createSource` is called again after a token was refused, since a source keeps its tokens too. */
  constructor(
    private readonly createSource: () => TokenSource,
    private readonly scope: string,
    private readonly now: () => number = Date.now,
  ) {
    this.source = createSource();
  }

  /** The token that was used last, be it refused; for taking it out of words that go on. */
  get last(): string | undefined {
    return this.lastText;
  }

  /** @throws ProviderFailure where Entra refuses or cannot be reached, and no earlier token is good any more */
  async current(): Promise<string> {
    if (this.token && this.now() < this.token.expiresOnTimestamp - MARGIN_MILLISECONDS) return this.token.token;
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    });
    this.token = await this.asking;
    this.lastText = this.token.token;
    return this.lastText;
  }

  /** Drops a token that was refused, so that the next call asks for another. */
  forget(): void {
    this.token = undefined;
    this.source = this.createSource();
  }

  private async ask(): Promise<Token> {
    try {
      return await this.source.getToken(this.scope);
    } catch (error) {
      if (this.token && this.now() < this.token.expiresOnTimestamp) return this.token;
      throw failureOf(error);
    }
  }
}

/** Entra's refusals name a code that an operator can look up; their text may hold names of the tenant. */
function failureOf(cause: unknown): ProviderFailure {
  const [code] = /AADSTS\d+/.exec((cause as Error).message) ?? [];
  return code === undefined
    ? new ProviderFailure('connection', 'Microsoft Entra could not be asked for a token', { cause })
    : new ProviderFailure('authentication', `Microsoft Entra refused the client secret (${code})`, {
        status: 401,
        cause,
      });
}
