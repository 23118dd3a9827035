import { z } from 'zod';
import type { Facts } from '#libs/contracts';

/**
 * What OpenRouter adds to a Chat Completions request, as far as it is read here. Source: OpenRouter's API reference. Their
 * meaning for routing is the router's; a provider that is not OpenRouter would refuse them.
 */
export const openrouterFields = {
  models: z.array(z.string().min(1).max(200)).max(20).nullish(),
  provider: z.looseObject({}).nullish(),
  plugins: z
    .array(z.looseObject({ id: z.string() }))
    .max(20)
    .nullish(),
  usage: z.looseObject({ include: z.boolean().nullish() }).nullish(),
  route: z.enum(['fallback', 'sort']).nullish(),
  transforms: z.array(z.string()).max(20).nullish(),
};

const NAMES = Object.keys(openrouterFields);
const fields = z.object(openrouterFields);
type OpenrouterRequest = z.infer<typeof fields>;

/** The extensions of a request as facts; nothing where it has none. */
export function extensionsOf(
  request: OpenrouterRequest,
  members: ReadonlyMap<string, unknown>,
): Partial<Pick<Facts, 'extensions' | 'ownMembers' | 'costAsked'>> {
  const ownMembers = NAMES.filter((name) => members.has(name));
  if (ownMembers.length === 0) return {};
  const { models, provider, plugins, usage } = request;
  return {
    ownMembers,
    extensions: { ...(models ? { models } : {}), ...(provider ? { provider } : {}), ...(plugins ? { plugins } : {}) },
    ...(usage?.include === true ? { costAsked: true } : {}),
  };
}
