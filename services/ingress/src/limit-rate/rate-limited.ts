import { DialectError } from '#libs/dialects';
import { MEASURES, type LimitReached, type LimitUnknown } from '#libs/limits';
import { anthropicLimitHeaders, limitHeaders, retryHeaders } from './limit-headers.policy.js';

/** While what is under way decides, and not time. */
const SOON_MILLISECONDS = 1_000;

/** The request does not fit into a rate limit: which one, whose, and when to try again. */
export class RateLimited extends DialectError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(reached: LimitReached, isAnthropic: boolean) {
    super(429, 'rate_limit_exceeded', sentence(reached));
    this.name = 'RateLimited';
    const { standing, asked } = reached;
    const wait = asked.never ? undefined : (asked.waitMilliseconds ?? SOON_MILLISECONDS);
    const told = wait === undefined ? standing : { ...standing, resetMilliseconds: wait };
    const forAnthropic = isAnthropic ? anthropicLimitHeaders([told], Date.now()) : {};
    this.headers = { ...limitHeaders([told]), ...forAnthropic, ...retryHeaders(wait) };
  }
}

/** Nobody can say whether the request fits: the store of limits is away. */
export class RateUnknown extends DialectError {
  constructor({ applied }: LimitUnknown) {
    super(
      503,
      'rate_limit_unavailable',
      `Whether the rate limits of ${applied.owner} have room cannot be told now; try again in a moment.`,
    );
    this.name = 'RateUnknown';
  }
}

function sentence({ standing, applied, asked }: LimitReached): string {
  const { measure, limit, remaining } = standing;
  const { unit, words } = MEASURES[measure];
  const name = `The limit of ${limit} ${words} of ${applied.owner}`;
  if (asked.never) {
    return `${name} is smaller than this request alone, which may use ${asked.tokens} tokens; ask for fewer tokens or raise '${measure}'.`;
  }
  const left = unit === 'tokens' ? `: ${remaining} are left and this request may use ${asked.tokens}` : '';
  const wait = Math.max(1, Math.ceil((asked.waitMilliseconds ?? SOON_MILLISECONDS) / 1_000));
  return `${name} is reached${left}; try again in ${wait} s, or raise '${measure}'.`;
}
