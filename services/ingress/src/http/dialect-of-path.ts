import { dialectNamed, type CallerDialect } from '#libs/dialects';

/** Addresses whose callers do not speak OpenAI, by the beginning of their path. */
const OTHERS: readonly (readonly [path: string, dialect: string])[] = [['/v1/messages', 'anthropic-messages']];

const FALLBACK = dialectNamed('openai-chat');

/** The dialect in which an error at this address is told; OpenAI's where the address says nothing. */
export function dialectOfPath(url: string): CallerDialect {
  const other = OTHERS.find(([path]) => url === path || url.startsWith(`${path}/`) || url.startsWith(`${path}?`));
  return other ? dialectNamed(other[1]) : FALLBACK;
}
