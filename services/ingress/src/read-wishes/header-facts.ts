import type { Wishes } from '#libs/contracts';
import { metadataOf, tagsOf, type DialectFacts } from '#libs/dialects';
import { patienceOf } from './deadline.js';
import { headerError, headerJson } from './header-error.js';
import { LITELLM_RETRIES, wishesOfRetries } from './litellm-retries.js';
import { PORTKEY_CONFIG, wishesOfPortkeyConfig } from './portkey-config.js';

const PORTKEY_METADATA = 'x-portkey-metadata';
const PORTKEY_PROVIDER = 'x-portkey-provider';
const MOST_CHARACTERS = 256;
/** Wishes that say where a request may go: those of a body leave none of a header's in force. */
const WHERE = ['models', 'order', 'only', 'targets', 'mode'] as const satisfies readonly (keyof Wishes)[];

/** A request as its headers and its body tell of it. */
export interface HeadedRequest {
  readonly headerOf: (name: string) => string | undefined;
  readonly body: Uint8Array;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
}

/**
 * Adds what headers say beside a body, in our own words and in those of other gateways: session, tags, metadata, end user,
 * deadline and wishes. Where both say something, the body counts. @throws DialectError 400 that names the header.
 */
export function addHeaderFacts(facts: DialectFacts, request: HeadedRequest): void {
  const { headerOf, receivedAt } = request;
  setOnce(facts, 'session', headerOf('x-session-id'));
  setOnce(facts, 'endUser', headerOf('x-litellm-end-user-id') ?? headerOf('x-litellm-customer-id'));
  const tags = [headerOf('x-switchyard-tags'), headerOf('x-litellm-tags')].flatMap((list) => list?.split(',') ?? []);
  if (tags.length > 0) facts.tags = tagsOf([...(facts.tags ?? []), ...tags]);
  const patience = patienceOf(headerOf);
  if (patience !== undefined) facts.deadline = receivedAt + patience;
  const metadataText = headerOf(PORTKEY_METADATA);
  const metadata = metadataText === undefined ? undefined : portkeyMetadata(metadataText);
  if (metadata) addMetadata(facts, metadata);
  const wishes = headerWishes(facts, metadata, request);
  if (wishes) facts.wishes = { ...withoutSaid(wishes, facts.wishes), ...facts.wishes };
}

function setOnce(facts: DialectFacts, name: 'session' | 'endUser', text: string | undefined): void {
  const value = facts[name] === undefined ? boundedHeader(text) : undefined;
  if (value !== undefined) facts[name] = value;
}

function boundedHeader(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === undefined || trimmed === '' ? undefined : trimmed.slice(0, MOST_CHARACTERS);
}

function portkeyMetadata(text: string): Record<string, unknown> {
  const value = headerJson(PORTKEY_METADATA, text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw headerError(PORTKEY_METADATA, 'it must be a JSON object');
  return value as Record<string, unknown>;
}

function addMetadata(facts: DialectFacts, metadata: Record<string, unknown>): void {
  const own = metadataOf({ ...metadata, ...facts.metadata });
  if (own) facts.metadata = own;
  const { _user: user } = metadata;
  if (typeof user === 'string') setOnce(facts, 'endUser', user);
}

function headerWishes(
  facts: DialectFacts,
  metadata: Record<string, unknown> | undefined,
  { headerOf, body }: HeadedRequest,
): Wishes | undefined {
  const [retries, provider, config] = [headerOf(LITELLM_RETRIES), headerOf(PORTKEY_PROVIDER), headerOf(PORTKEY_CONFIG)];
  if (retries === undefined && provider === undefined && config === undefined) return undefined;
  const name = boundedHeader(provider)?.replace(/^@/, '');
  const seen = {
    metadata: { ...metadata, ...facts.metadata },
    // Read when a condition asks for it.
    get params(): unknown {
      return parsed(body);
    },
  };
  return {
    ...(retries === undefined ? {} : wishesOfRetries(retries)),
    ...(name === undefined || name === '' ? {} : { only: [name.slice(0, 200)] }),
    ...(config === undefined ? {} : wishesOfPortkeyConfig(config, seen)),
  };
}

/** Wishes of headers besides those that the body has words of its own for. */
function withoutSaid(wishes: Wishes, said: Wishes | undefined): Wishes {
  if (!said || !WHERE.some((name) => said[name] !== undefined)) return wishes;
  return Object.fromEntries(Object.entries(wishes).filter(([name]) => !(WHERE as readonly string[]).includes(name)));
}

/** Forms have no parameters that a condition could look at. */
function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    return undefined;
  }
}
