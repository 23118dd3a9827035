import type { Snapshot } from '#libs/contracts';

import { withPriceOverrides, type PriceOverride } from '../compile-configuration/prices/price-overrides.js';
import { canonicalJson } from './canonical-json.policy.js';
import { policyDigestOf, type SealedConfiguration, type SnapshotContent } from './seal-configuration.js';

/** A snapshot is one NATS message, and a server takes at most a megabyte unless told otherwise. */
export const LARGEST_SNAPSHOT_BYTES = 900_000;

/** What a snapshot holds besides its number and its time. */
export type SnapshotBody = SnapshotContent & Pick<Snapshot, 'trial'>;

/** A version as it is about to be recorded, or was. */
export interface VersionContent {
  readonly body: SnapshotBody;
  readonly foundationDigest: string | null;
  readonly policyDigest: string | null;
  readonly sourceSha256: string;
  readonly origin: string;
  readonly source: string;
  readonly isHeld: boolean;
  readonly trialSource: string | null;
}

/** A file's configuration about to be recorded. */
export interface VersionDraft extends SealedConfiguration {
  readonly origin: string;
  readonly sourceSha256: string;
  readonly redactedText: string;
  /** Prices that hold for policies put in force by hand, and on trial, as well. */
  readonly priceOverrides: readonly PriceOverride[];
}

/**
 * What is in force once a file was read: its providers and keys always, its policies unless others were put in force by hand
 * while it was the same. A trial goes on for as long as the providers of its targets are there.
 */
export function followFile(newest: VersionContent | undefined, draft: VersionDraft): VersionContent {
  const isHeld = newest !== undefined && newest.isHeld && newest.sourceSha256 === draft.sourceSha256;
  const isUsable = isHeld && missingProviders(newest.body, draft.content.providers).length === 0;
  const { foundationDigest, sourceSha256 } = draft;
  const fromFile: VersionContent = {
    body: draft.content,
    foundationDigest,
    policyDigest: draft.policyDigest,
    sourceSha256,
    origin: draft.origin,
    source: draft.redactedText,
    isHeld: false,
    trialSource: null,
  };
  const next = isUsable ? held(newest, draft) : fromFile;
  const trial = newest?.body.trial;
  if (!trial) return next;
  return withTrial(
    next,
    { ...trial, models: withPriceOverrides(trial.models, draft.priceOverrides) },
    newest.trialSource,
  );
}

/** The policies of the newest version over the foundation of a draft, at the prices in force. */
function held(newest: VersionContent, { content, foundationDigest, priceOverrides }: VersionDraft): VersionContent {
  const { models, breaker } = newest.body;
  const priced = { models: withPriceOverrides(models, priceOverrides), ...(breaker ? { breaker } : {}) };
  const policyDigest = priceOverrides.length === 0 ? newest.policyDigest : policyDigestOf(priced);
  return { ...newest, foundationDigest, policyDigest, body: bodyOf(content, priced), trialSource: null };
}

/** Whether nothing that callers or operators could notice has changed. */
export function isSameContent(left: VersionContent, right: VersionContent): boolean {
  return (
    left.foundationDigest === right.foundationDigest &&
    left.policyDigest === right.policyDigest &&
    left.isHeld === right.isHeld &&
    canonicalJson(left.body.trial) === canonicalJson(right.body.trial)
  );
}

/** The policies of one body over the foundation of another, without a trial. */
export function bodyOf(
  { models: _models, breaker: _breaker, trial: _trial, ...foundation }: SnapshotBody,
  { models, breaker }: Pick<SnapshotBody, 'models' | 'breaker'>,
): SnapshotBody {
  return { ...foundation, models, ...(breaker ? { breaker } : {}) };
}

/** Providers that targets of these models name and that are not there. */
export function missingProviders(
  { models }: Pick<SnapshotBody, 'models'>,
  providers: SnapshotBody['providers'],
): string[] {
  const known = new Set(providers.map(({ name }) => name));
  const named = models.flatMap(({ targets }) => targets.map(({ provider }) => provider));
  return [...new Set(named)].filter((name) => !known.has(name));
}

/** Whether it fits into one message. */
export function fitsIntoMessage(body: SnapshotBody): boolean {
  return Buffer.byteLength(JSON.stringify(body)) <= LARGEST_SNAPSHOT_BYTES;
}

function withTrial(
  next: VersionContent,
  trial: NonNullable<SnapshotBody['trial']>,
  trialSource: string | null,
): VersionContent {
  const body = { ...next.body, trial };
  const isPossible = missingProviders(trial, body.providers).length === 0 && fitsIntoMessage(body);
  return isPossible ? { ...next, body, trialSource } : next;
}
