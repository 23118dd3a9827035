import type { CallerDialect } from './caller-dialect.js';
import { chatDialect } from './openai-chat/chat-dialect.js';

/** Every dialect there is: a new one is a folder and a line here. */
const DIALECTS: readonly CallerDialect[] = [chatDialect];

const byName = new Map(DIALECTS.map((dialect) => [dialect.name, dialect]));

/** The dialect of this name. Throws for one that this version does not know. */
export function dialectNamed(name: string): CallerDialect {
  const dialect = byName.get(name);
  if (!dialect) throw new Error(`this version knows no dialect '${name}'`);
  return dialect;
}
