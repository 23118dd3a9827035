import type { DialectFacts } from '../caller-dialect.js';
import { OWN_MEMBERS, ownFactsOf } from '../caller-wishes/own-fields.js';
import { mostWebSearches } from './most-web-searches.js';
import { metadataOf, tagsOf } from './metadata.js';

const MOST_SESSION_CHARACTERS = 256;

/** A request of a dialect of text, parsed, and the names of its members. */
export interface ReadBody {
  readonly request: Readonly<Record<string, unknown>>;
  readonly members: ReadonlyMap<string, unknown>;
  /** The member of `metadata` that names the end user, in a dialect that has it there. */
  readonly endUserIn?: string;
  /** Members meant for us, where they are other than everywhere. */
  readonly ownMembers?: readonly string[];
}

/**
 * Adds what all dialects of text tell in one way: whether tools may be called, metadata, tags, the session and whatever a gateway's
 * own fields wish. It is on the way of every request, so it looks at names first. @throws DialectError 400
 */
export function addBodyFacts(facts: DialectFacts, body: ReadBody): void {
  const { request, members, ownMembers = OWN_MEMBERS } = body;
  if (mayCallTools(request)) facts.usesTools = true;
  const searches = mostWebSearches(request);
  if (searches > 0) facts.mostWebSearches = searches;
  const own = ownFactsOf(request, members, ownMembers);
  if (own) Object.assign(facts, own);
  if (members.has('metadata')) addMetadata(facts, body);
  const cacheKey = request.prompt_cache_key;
  if (facts.session === undefined && typeof cacheKey === 'string' && cacheKey !== '')
    facts.session = cacheKey.slice(0, MOST_SESSION_CHARACTERS);
}

function mayCallTools({ tools, functions, tool_choice: choice }: ReadBody['request']): boolean {
  const offered = tools ?? functions;
  if (!Array.isArray(offered) || offered.length === 0 || choice === 'none') return false;
  return !(typeof choice === 'object' && choice !== null && 'type' in choice && choice.type === 'none');
}

function addMetadata(facts: DialectFacts, { request: { metadata }, endUserIn }: ReadBody): void {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return;
  const texts = metadataOf(metadata, endUserIn);
  if (texts) facts.metadata = texts;
  // LiteLLM's tags stand where providers take texts only, and would refuse them.
  if (!('tags' in metadata) || !Array.isArray(metadata.tags)) return;
  facts.ownMembers = [...(facts.ownMembers ?? []), 'metadata'];
  const tags = tagsOf(metadata.tags);
  if (tags.length > 0) facts.tags = tags;
}
