import type { SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider';

/** Begins encrypted content of our making. OpenAI's own is base64, which has no full stop. */
export const CARRIED_PREFIX = 'switchyard.';

/** Members by which providers recognize their own earlier thoughts and calls; nothing else of a caller's making gets through. */
const CARRIED_MEMBERS: ReadonlySet<string> = new Set([
  'signature',
  'redactedData',
  'redactedContent',
  'thoughtSignature',
]);

/** Marks of providers on a thought or a call, on their way through a caller who must give them back unread. */
export interface CarriedMarks {
  readonly options: SharedV4ProviderOptions;
  /** The tool call the marks belong to; absent for those of the thought itself. */
  readonly callId?: string;
}

/** What of a part's metadata the same provider will want to see again; undefined where there is nothing. */
export function marksOf(metadata: SharedV4ProviderMetadata | undefined): SharedV4ProviderOptions | undefined {
  const options: SharedV4ProviderOptions = {};
  for (const [provider, members] of Object.entries(metadata ?? {})) {
    const kept = Object.entries(members ?? {}).filter(
      ([name, value]) => CARRIED_MEMBERS.has(name) && typeof value === 'string',
    );
    if (kept.length > 0) options[provider] = Object.fromEntries(kept);
  }
  return Object.keys(options).length === 0 ? undefined : options;
}

/** The marks as a text that stands where OpenAI's encrypted reasoning would. */
export function carry(marks: CarriedMarks): string {
  return CARRIED_PREFIX + Buffer.from(JSON.stringify(marks)).toString('base64url');
}

/** Whether a text is one that `carry` wrote. */
export function isCarried(text: unknown): text is string {
  return typeof text === 'string' && text.startsWith(CARRIED_PREFIX);
}

/** Reads what `carry` wrote; nothing is left of a text that was tampered with. */
export function readCarried(text: string): CarriedMarks {
  try {
    const value = JSON.parse(Buffer.from(text.slice(CARRIED_PREFIX.length), 'base64url').toString('utf8')) as {
      options?: SharedV4ProviderMetadata;
      callId?: unknown;
    };
    const options = marksOf(value.options) ?? {};
    return typeof value.callId === 'string' ? { options, callId: value.callId } : { options };
  } catch {
    return { options: {} };
  }
}
