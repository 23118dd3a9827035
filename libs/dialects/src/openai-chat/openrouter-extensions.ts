import { z } from 'zod';
import type { Facts } from '#libs/contracts';
import { DialectError } from '../dialect-error.js';

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

/** Facts travel in headers, which have no room for more. */
const MOST_CHARACTERS = 16_384;

const NAMES = Object.keys(openrouterFields);
const fields = z.object(openrouterFields);
type OpenrouterRequest = z.infer<typeof fields>;

/** The extensions of a request as facts; nothing where it has none. @throws DialectError 400 for more than facts can hold. */
export function extensionsOf(
  request: OpenrouterRequest,
  members: ReadonlyMap<string, unknown>,
): Partial<Pick<Facts, 'extensions' | 'ownMembers' | 'costAsked'>> {
  const ownMembers = NAMES.filter((name) => members.has(name));
  if (ownMembers.length === 0) return {};
  const { models, provider, plugins, usage } = request;
  const extensions = { ...(models && { models }), ...(provider && { provider }), ...(plugins && { plugins }) };
  if (JSON.stringify(extensions).length > MOST_CHARACTERS) throw tooLarge();
  return {
    ownMembers,
    extensions,
    ...(usage?.include === true ? { costAsked: true } : {}),
  };
}

function tooLarge(): DialectError {
  const message = `'models', 'provider' and 'plugins' are longer than ${MOST_CHARACTERS} characters together; send less.`;
  return new DialectError(400, 'extensions_too_large', message, 'provider');
}
