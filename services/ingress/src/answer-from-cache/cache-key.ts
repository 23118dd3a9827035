import { createHash } from 'node:crypto';
import type { Facts } from '#libs/contracts';
import { canonicalJson } from './canonical-json.js';
import type { CachePolicy } from './cache-policies.js';

/** What of a body does not change the answer: who asks, what is counted and shown beside it, what a provider's own cache goes by. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'model',
  'user',
  'safety_identifier',
  'metadata',
  'stream',
  'stream_options',
  'prompt_cache_key',
  'prompt_cache_retention',
  'models',
  'fallbacks',
  'provider',
  'route',
  'session_id',
  'usage',
]);

/**
 * The key that equal requests have in common, `<organisation>.<SHA-256 in hex>`; undefined for a body without a canonical form. What
 * a caller wishes of the route counts as far as it is followed, and so do the headers that a provider gets.
 */
export function cacheKey(facts: Facts, body: Uint8Array, policy: CachePolicy): string | undefined {
  const text = canonicalJson(
    JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')),
    WITHOUT_EFFECT,
  );
  if (text === undefined) return undefined;
  const surroundings = JSON.stringify([
    facts.dialect,
    facts.model,
    facts.stream,
    facts.stream && facts.usageAsked,
    leadsElsewhere(facts, policy) ? policy.fingerprintOfAll : policy.fingerprint,
    canonicalJson(facts.passedHeaders),
    policy.followsWishes ? canonicalJson(facts.wishes) : undefined,
    canonicalJson(callerOf(facts, policy)),
  ]);
  const hash = createHash('sha256').update(`${facts.organization}\n${surroundings}\n${text}`).digest('hex');
  return `${facts.organization}.${hash}`;
}

/** Models that a caller names have access and rules of their own, which the policy of the one that is asked for says nothing of. */
function leadsElsewhere({ wishes }: Facts, { followsWishes }: CachePolicy): boolean {
  return followsWishes && (wishes?.models !== undefined || wishes?.targets !== undefined);
}

function callerOf(facts: Facts, policy: CachePolicy): Partial<Facts> | undefined {
  const sharedBy = leadsElsewhere(facts, policy) ? 'conditions' : policy.sharedBy;
  if (sharedBy === 'organization') return undefined;
  const { project, key, tier } = facts;
  const who = { project, key, ...(tier === undefined ? {} : { tier }) };
  if (sharedBy === 'key') return who;
  const { endUser, tags, metadata, session } = facts;
  return {
    ...who,
    ...(endUser === undefined ? {} : { endUser }),
    ...(tags === undefined ? {} : { tags }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(session === undefined ? {} : { session }),
  };
}
