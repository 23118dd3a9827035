import type { KeyEntry, Snapshot } from '#libs/contracts';
import { fingerprint, KeyHasher, sealCredential, sha256Hex } from '#libs/secrets';

import type { CompiledConfiguration } from '../compile-configuration/compiled-configuration.js';
import { ADMIN_KEY_NAME } from '../compile-configuration/key-checks.policy.js';
import { canonicalJson } from './canonical-json.policy.js';

/** To be raised when the same configuration compiles to other content, so that a restart makes a new revision. */
const CONTENT_FORM = 3;

/** The part of a snapshot that comes from the configuration. */
export type SnapshotContent = Pick<
  Snapshot,
  | 'providers'
  | 'models'
  | 'keys'
  | 'organizations'
  | 'plans'
  | 'breaker'
  | 'budgets'
  | 'markups'
  | 'exchangeRates'
  | 'limits'
  | 'payloads'
  | 'retention'
  | 'privacy'
  | 'guards'
>;

/**
 * Content fit to leave the process, and digests by which equal content is recognised although seals differ each time: of
 * the foundation (providers, keys, tenants and budgets), of the policies (models and breaker), and of all.
 */
export interface SealedConfiguration {
  readonly content: SnapshotContent;
  readonly digest: string;
  readonly foundationDigest: string;
  readonly policyDigest: string;
}

/** What secrets are sealed and hashed with, and the digest of the bootstrap key where there is one. */
export interface SealingSecrets {
  readonly secretKey: Uint8Array;
  readonly adminKeySha256: string | undefined;
}

/** Seals the credentials, hashes the keys and adds the bootstrap key. */
export function sealConfiguration(configuration: CompiledConfiguration, secrets: SealingSecrets): SealedConfiguration {
  const { secretKey } = secrets;
  const withCredentials = (protect: (plain: string, provider: string) => string) =>
    configuration.providers.map(({ plainCredentials, ...provider }) =>
      plainCredentials.length === 0
        ? provider
        : { ...provider, credentials: plainCredentials.map((plain) => protect(plain, provider.name)) },
    );
  const { models, breaker, budgets, markups, exchangeRates, limits, privacy, guards, payloads, retention } =
    configuration;
  const settings = breaker === undefined ? {} : { breaker };
  const money = {
    ...(budgets.length > 0 ? { budgets } : {}),
    ...(markups.length > 0 ? { markups } : {}),
    ...(exchangeRates === undefined ? {} : { exchangeRates }),
  };
  const trail = {
    ...(payloads.length > 0 ? { payloads: [...payloads] } : {}),
    ...(retention.length > 0 ? { retention: [...retention] } : {}),
  };
  const keys = hashKeys(configuration, secrets);
  const tenants = {
    organizations: [...configuration.organizations],
    plans: [...configuration.plans],
    ...(limits === undefined ? {} : { limits }),
    ...(privacy === undefined ? {} : { privacy }),
    ...(guards === undefined ? {} : { guards }),
  };
  const recognisable = {
    providers: withCredentials((plain) => fingerprint(plain, secretKey)),
    keys,
    ...tenants,
    ...money,
    ...trail,
  };
  const providers = withCredentials((plain, provider) => sealCredential(plain, { provider, secretKey }));
  const content = { providers, models: [...models], keys, ...tenants, ...money, ...trail, ...settings };
  const foundationDigest = digestOf(recognisable);
  const policyDigest = policyDigestOf(content);
  return { content, foundationDigest, policyDigest, digest: digestOf({ foundationDigest, policyDigest }) };
}

/** Equal for equal policies, whichever providers and keys they stand beside. */
export function policyDigestOf({ models, breaker }: Pick<SnapshotContent, 'models' | 'breaker'>): string {
  return digestOf({ models, breaker });
}

function digestOf(value: object): string {
  return sha256Hex(canonicalJson({ form: CONTENT_FORM, ...value }));
}

function hashKeys(configuration: CompiledConfiguration, { secretKey, adminKeySha256 }: SealingSecrets): KeyEntry[] {
  const hasher = new KeyHasher(secretKey);
  const keys = configuration.keys.map(({ plainKey, ...key }) => ({
    ...key,
    hash: hasher.hash(plainKey),
    admin: false,
  }));
  if (adminKeySha256 === undefined) return keys;
  const hash = hasher.hashOfDigest(adminKeySha256);
  return [{ ...configuration.adminHome, name: ADMIN_KEY_NAME, hash, admin: true }, ...keys];
}
