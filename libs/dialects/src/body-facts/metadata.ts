const MOST_ENTRIES = 16;
const MOST_NAME_CHARACTERS = 64;
const MOST_VALUE_CHARACTERS = 512;
const MOST_TAGS = 20;
const MOST_TAG_CHARACTERS = 100;

/**
 * The metadata of a request that rules may ask for: the first 16 texts of at most 512 characters, by names of at most 64, as OpenAI
 * bounds them; undefined where there is none. What does not fit is left out and means nothing to any rule.
 */
export function metadataOf(value: object, except?: string): Record<string, string> | undefined {
  const entries: [string, string][] = [];
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string' || name === except) continue;
    if (name.length > MOST_NAME_CHARACTERS || text.length > MOST_VALUE_CHARACTERS) continue;
    if (entries.push([name, text]) === MOST_ENTRIES) break;
  }
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** Of a list, the first 20 different texts of 1 to 100 characters without the blanks around them. */
export function tagsOf(values: readonly unknown[]): string[] {
  const tags = new Set<string>();
  for (const value of values) {
    const tag = typeof value === 'string' ? value.trim() : '';
    if (tag !== '' && tag.length <= MOST_TAG_CHARACTERS) tags.add(tag);
    if (tags.size === MOST_TAGS) break;
  }
  return [...tags];
}
