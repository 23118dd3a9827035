import type { SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider';

/** Begins a text of our making where a provider's own would be base64, which has no full stop. */
export const CARRIED_PREFIX = 'switchyard.';

/** Marks of providers on a thought or a call, on their way through a caller who must give them back unread. */
export interface CarriedMarks {
  readonly options: SharedV4ProviderOptions;
  /** The tool call the marks belong to; absent for those of the thought itself. */
  readonly toolCallId?: string;
}

/** The marks as a text that stands where a provider's signature or encrypted reasoning would. */
export function carry(marks: CarriedMarks): string {
  return CARRIED_PREFIX + Buffer.from(JSON.stringify(marks)).toString('base64url');
}

/** Whether a text is one that `carry` wrote. */
export function isCarried(text: unknown): text is string {
  return typeof text === 'string' && text.startsWith(CARRIED_PREFIX);
}

/**
 * What a dialect carries of a provider's marks: the members by which providers recognize their own earlier thoughts and calls
 * and which the dialect has no place for. Nothing else of a caller's making gets through.
 */
export class MarkCarrier {
  constructor(private readonly members: ReadonlySet<string>) {}

  /** What of a part's metadata the same provider will want to see again; undefined where there is nothing. */
  marksOf(metadata: SharedV4ProviderMetadata | undefined): SharedV4ProviderOptions | undefined {
    const options: SharedV4ProviderOptions = {};
    for (const [provider, members] of Object.entries(metadata ?? {})) {
      const kept = Object.entries(members ?? {}).filter(
        ([name, value]) => this.members.has(name) && typeof value === 'string',
      );
      if (kept.length > 0) options[provider] = Object.fromEntries(kept);
    }
    return Object.keys(options).length === 0 ? undefined : options;
  }

  /** Reads what `carry` wrote; nothing is left of a text that was tampered with. */
  read(text: string): CarriedMarks {
    try {
      const value = JSON.parse(Buffer.from(text.slice(CARRIED_PREFIX.length), 'base64url').toString('utf8')) as {
        options?: SharedV4ProviderMetadata;
        toolCallId?: unknown;
      };
      const options = this.marksOf(value.options) ?? {};
      return typeof value.toolCallId === 'string' ? { options, toolCallId: value.toolCallId } : { options };
    } catch {
      return { options: {} };
    }
  }
}
