import { dialectNamed, type CallerDialect } from '#libs/dialects';

/** Addresses whose callers do not speak OpenAI, by the beginning of their path. */
const OTHERS: readonly (readonly [path: string, dialect: string])[] = [['/v1/messages', 'anthropic-messages']];

/** Addresses that answer Anthropic's clients in their own form. */
const SHARED = '/v1/models';

const FALLBACK = dialectNamed('openai-chat');

/** What of a request tells the dialect of its caller. */
interface Addressed {
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** The dialect in which an error at this address is told; OpenAI's where neither address nor headers say otherwise. */
export function dialectOfPath({ url, headers }: Addressed): CallerDialect {
  const other = OTHERS.find(([path]) => isBelow(url, path));
  if (other) return dialectNamed(other[1]);
  return 'anthropic-version' in headers && isBelow(url, SHARED) ? dialectNamed('anthropic-messages') : FALLBACK;
}

function isBelow(url: string, path: string): boolean {
  return url === path || url.startsWith(`${path}/`) || url.startsWith(`${path}?`);
}
