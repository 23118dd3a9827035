import { z } from 'zod';
import type { Facts, Wishes } from '#libs/contracts';
import { fieldError } from '../field-error.js';
import { openrouterProvider, wishesOfProvider } from './openrouter-provider.js';

const name = z.string().min(1).max(200);
const MOST_MODELS = 20;

/**
 * What other gateways add to a request, as far as it is read here: OpenRouter's extensions, and `fallbacks` in the words of LiteLLM
 * and of OpenRouter's Messages. A provider that is no such gateway would refuse them. Source: their API references.
 */
const ownFields = z.looseObject({
  models: z.array(name).max(MOST_MODELS).nullish(),
  fallbacks: z
    .array(z.union([name, z.looseObject({ model: name })]))
    .max(MOST_MODELS)
    .nullish(),
  provider: openrouterProvider.nullish(),
  route: z.enum(['fallback', 'sort']).nullish(),
  plugins: z
    .array(z.looseObject({ id: z.string() }))
    .max(20)
    .nullish(),
  transforms: z.array(z.string()).max(20).nullish(),
  session_id: z.string().min(1).max(256).nullish(),
  usage: z.looseObject({ include: z.boolean().nullish() }).nullish(),
});

/** Members of a request that are meant for a gateway, in every dialect of text; `usage` in Chat Completions only. */
export const OWN_MEMBERS = ['models', 'fallbacks', 'provider', 'route', 'plugins', 'transforms', 'session_id'] as const;

/** Members that are used up here: whoever is called next need not know of them. The others ask for something to be done. */
export const USED_UP_MEMBERS: readonly string[] = [
  'models',
  'fallbacks',
  'provider',
  'route',
  'session_id',
  'usage',
  'metadata',
];

/** Facts that come of a gateway's own fields. */
export type OwnFacts = Partial<Pick<Facts, 'ownMembers' | 'costAsked' | 'wishes' | 'session'>>;

/**
 * The facts of a gateway's own fields; undefined where the request has none, which is told by a look at the names alone.
 * @throws DialectError 400 that names the field at fault.
 */
export function ownFactsOf(
  request: Readonly<Record<string, unknown>>,
  members: ReadonlyMap<string, unknown>,
  names: readonly string[] = OWN_MEMBERS,
): OwnFacts | undefined {
  let ownMembers: string[] | undefined;
  for (const member of names) if (members.has(member)) (ownMembers ??= []).push(member);
  if (!ownMembers) return undefined;
  const read = ownFields.safeParse(Object.fromEntries(ownMembers.map((member) => [member, request[member]])));
  if (!read.success) throw fieldError(read.error, request);
  const { models, fallbacks, provider, session_id: session, usage } = read.data;
  const inTurn = [...(models ?? []), ...(fallbacks ?? []).map((one) => (typeof one === 'string' ? one : one.model))];
  const wishes: Wishes = {
    ...(inTurn.length > 0 ? { models: [...new Set(inTurn)].slice(0, MOST_MODELS) } : {}),
    ...(provider ? wishesOfProvider(provider) : {}),
  };
  return {
    ownMembers,
    ...(Object.keys(wishes).length > 0 ? { wishes } : {}),
    ...(session ? { session } : {}),
    ...(usage?.include === true ? { costAsked: true } : {}),
  };
}
