import type { SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider';

/** Begins a signature or a redacted thought of our making. Anthropic's own are base64, which has no full stop. */
export const CARRIED_PREFIX = 'switchyard.';

/** Members by which providers recognize their own earlier thoughts and calls; nothing else of a caller's making gets through. */
const CARRIED_MEMBERS: ReadonlySet<string> = new Set([
  'thoughtSignature',
  'itemId',
  'reasoningEncryptedContent',
  'redactedContent',
]);

/** Marks of one provider on a thought or a call, on their way through a caller who must give them back unread. */
export interface CarriedMarks {
  readonly options: SharedV4ProviderOptions;
  /** The tool call the marks belong to; absent for those of the thought itself. */
  readonly toolCallId?: string;
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

/** The marks as a text that stands where Anthropic's signature or redacted thought would. */
export function carry(marks: CarriedMarks): string {
  return CARRIED_PREFIX + Buffer.from(JSON.stringify(marks)).toString('base64url');
}

/** Reads what `carry` wrote; undefined for a text of another origin. */
export function carried(text: string): CarriedMarks | undefined {
  if (!text.startsWith(CARRIED_PREFIX)) return undefined;
  try {
    const value = JSON.parse(Buffer.from(text.slice(CARRIED_PREFIX.length), 'base64url').toString('utf8')) as {
      options?: SharedV4ProviderMetadata;
      toolCallId?: unknown;
    };
    const options = marksOf(value.options) ?? {};
    return typeof value.toolCallId === 'string' ? { options, toolCallId: value.toolCallId } : { options };
  } catch {
    return { options: {} };
  }
}
