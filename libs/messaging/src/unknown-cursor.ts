import { QueryRefused } from './query-refused.js';

const LONGEST_SHOWN = 100;

/**
 * The refusal of a page that is asked for after, or before, an entry that the asker's list does not have: an empty page would read
 * as the end of the list. `param` is the field in the caller's words.
 */
export function unknownCursor(param: string, id: string): QueryRefused {
  return new QueryRefused({
    status: 400,
    code: 'invalid_value',
    message: `'${param}' names no entry of this list: '${id.slice(0, LONGEST_SHOWN)}'. Send the id of an entry that is there, or leave '${param}' out to begin with the first page.`,
    param,
  });
}

/** The page that was found, unless it is empty because nobody knows the entry it was to begin after. @throws QueryRefused 400 */
export async function pageAfter<Item>(
  found: readonly Item[],
  { param = 'after', id }: { param?: string; id: string | undefined },
  find: (id: string) => Promise<unknown>,
): Promise<readonly Item[]> {
  if (found.length > 0 || id === undefined) return found;
  if (await find(id)) return found;
  throw unknownCursor(param, id);
}
