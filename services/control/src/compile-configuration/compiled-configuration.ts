import type { BreakerSettings, BudgetEntry, KeyEntry, MarkupEntry, ModelEntry, ProviderEntry } from '#libs/contracts';

/** A provider with its credentials still in plain text; none where it needs none. */
export type PlainProvider = Omit<ProviderEntry, 'credential' | 'credentials'> & {
  readonly plainCredentials: readonly string[];
};

/** A caller's key in plain text and whose it is. */
export type PlainKey = Pick<KeyEntry, 'name' | 'organization' | 'project' | 'tier'> & { readonly plainKey: string };

/**
 * A configuration that was found good: every reference followed, every default filled in, secrets still plain. It never
 * leaves the process; what does is the snapshot made of it.
 */
export interface CompiledConfiguration {
  readonly providers: readonly PlainProvider[];
  readonly models: readonly ModelEntry[];
  readonly keys: readonly PlainKey[];
  /** Where the bootstrap key belongs: the first organisation and its first project, whose tier it has. */
  readonly adminHome: Pick<KeyEntry, 'organization' | 'project' | 'tier'>;
  readonly budgets: BudgetEntry[];
  readonly markups: MarkupEntry[];
  /** What the file says of the breaker of targets. */
  readonly breaker?: Partial<BreakerSettings>;
}
