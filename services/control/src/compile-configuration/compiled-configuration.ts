import type {
  BreakerSettings,
  BudgetEntry,
  GuardEntry,
  KeyEntry,
  MarkupEntry,
  ModelEntry,
  OrganizationEntry,
  OwnedLimits,
  PayloadRule,
  PlanEntry,
  PrivacyEntry,
  ProviderEntry,
  RetentionRule,
  RoleGrant,
} from '#libs/contracts';

import type { PriceOverride } from './prices/price-overrides.js';
import type { OidcIssuer } from './sign-in/oidc-issuer.js';

/** A provider with its credentials still in plain text; none where it needs none. */
export type PlainProvider = Omit<ProviderEntry, 'credential' | 'credentials'> & {
  readonly plainCredentials: readonly string[];
};

/** A caller's key in plain text and whose it is. */
export type PlainKey = Omit<KeyEntry, 'hash' | 'admin' | 'id' | 'revokedAt'> & { readonly plainKey: string };

/** Who has a role: a person by the mail address they sign in with, or a service account of the organisation. */
export interface Account {
  readonly kind: 'member' | 'service-account';
  readonly name: string;
  readonly grant: RoleGrant;
}

/**
 * A configuration that was found good: every reference followed, every default filled in, secrets still plain. It never
 * leaves the process; what does is the snapshot made of it.
 */
export interface CompiledConfiguration {
  readonly providers: readonly PlainProvider[];
  readonly models: readonly ModelEntry[];
  /** The prices in force that do not stand at targets; `models` has them already. */
  readonly priceOverrides: readonly PriceOverride[];
  readonly keys: readonly PlainKey[];
  /** Where the bootstrap key belongs: the first organisation and its first project, whose tier it has. */
  readonly adminHome: Pick<KeyEntry, 'organization' | 'project' | 'tier'>;
  readonly budgets: BudgetEntry[];
  readonly markups: MarkupEntry[];
  /** What a unit of other currencies is worth in nano-USD; absent where there are none. */
  readonly exchangeRates?: Readonly<Record<string, string>>;
  readonly organizations: readonly OrganizationEntry[];
  readonly plans: readonly PlanEntry[];
  readonly accounts: readonly Account[];
  /** Over all organisations together. */
  readonly limits?: OwnedLimits;
  /** Of everybody's requests. */
  readonly privacy?: PrivacyEntry;
  readonly guards?: GuardEntry[];
  /** Where people sign in besides by password; secrets plain. */
  readonly issuers: readonly OidcIssuer[];
  /** What is kept of prompts and answers, and how long entries of the trail are. */
  readonly payloads: readonly PayloadRule[];
  readonly retention: readonly RetentionRule[];
  /** What the file says of the breaker of targets. */
  readonly breaker?: Partial<BreakerSettings>;
}
