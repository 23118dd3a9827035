import { DialectError, type CallerDialect, type DialectFacts } from '#libs/dialects';

const MOST_CHARACTERS = 500;
const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * The headers of a request that a provider of the same dialect is to get.
 * @throws DialectError 400 for one that is too long or not printable ASCII.
 */
export function passedHeaders(
  { passedHeaders: names = [] }: Pick<CallerDialect, 'passedHeaders'>,
  headerOf: (name: string) => string | undefined,
): Pick<DialectFacts, 'passedHeaders'> {
  const passed = names.flatMap((name): [string, string][] => {
    const value = headerOf(name)?.trim();
    if (value === undefined || value === '') return [];
    if (value.length > MOST_CHARACTERS || !PRINTABLE.test(value)) {
      const reason = `The header '${name}' must be at most ${MOST_CHARACTERS} printable characters.`;
      throw new DialectError(400, 'invalid_header', reason, name);
    }
    return [[name, value]];
  });
  return passed.length === 0 ? {} : { passedHeaders: Object.fromEntries(passed) };
}
