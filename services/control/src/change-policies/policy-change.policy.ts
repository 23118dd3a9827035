import type { Caller, PolicyChangeReply, Snapshot } from '#libs/contracts';

import { canonicalJson } from '../apply-configuration/canonical-json.policy.js';
import type { SnapshotBody, VersionContent } from '../apply-configuration/version-content.policy.js';
import { bodyOf } from '../apply-configuration/version-content.policy.js';
import type { CompiledConfiguration } from '../compile-configuration/compiled-configuration.js';

/** What is done by whom; `sourceSha256` is of the file that it holds against. */
export interface ChangeByHand {
  readonly what: string;
  readonly caller: Caller;
  readonly sourceSha256: string | undefined;
}

/** Policies to be put in force, and the text they come from. */
export interface ChosenPolicies {
  readonly body: Pick<SnapshotBody, 'models' | 'breaker'>;
  readonly policyDigest: string | null;
  readonly source: string;
}

/** The newest version with these policies in force instead, without a trial, until the file changes. */
export function withPolicies(
  newest: VersionContent,
  { body, policyDigest, source }: ChosenPolicies,
  { what, sourceSha256, caller }: ChangeByHand,
): VersionContent {
  return {
    ...newest,
    body: bodyOf(newest.body, body),
    policyDigest,
    source,
    sourceSha256: sourceSha256 ?? newest.sourceSha256,
    isHeld: true,
    trialSource: null,
    origin: `${what} by ${nameOf(caller)}`,
  };
}

/** The newest version with these models on trial beside its own. */
export function withTrial(
  newest: VersionContent,
  trial: NonNullable<Snapshot['trial']>,
  { source, caller }: { readonly source: string | null; readonly caller: Caller },
): VersionContent {
  const { trial: before, ...body } = newest.body;
  const isOther = before?.revision !== trial.revision;
  const share = percentOf(trial.share);
  const what = isOther ? `trial with ${share} of the requests` : `share of the trial ${trial.revision} set to ${share}`;
  return { ...newest, body: { ...body, trial }, trialSource: source, origin: `${what} by ${nameOf(caller)}` };
}

/** The newest version without its trial. */
export function withoutTrial(newest: VersionContent, caller: Caller): VersionContent {
  const { trial, ...body } = newest.body;
  return { ...newest, body, trialSource: null, origin: `trial ${trial?.revision ?? ''} ended by ${nameOf(caller)}` };
}

/** Public names that only the models after the change have, and those that only the models before it have. */
export function changedNames(
  before: SnapshotBody['models'],
  after: SnapshotBody['models'],
): PolicyChangeReply['models'] {
  const [was, is] = [new Set(before.map(({ name }) => name)), new Set(after.map(({ name }) => name))];
  return { added: [...is].filter((name) => !was.has(name)), removed: [...was].filter((name) => !is.has(name)) };
}

/** Names of providers that differ in more than their credentials and which door they came by, or that only one side has. */
export function differingProviders(
  proposed: CompiledConfiguration['providers'],
  inForce: SnapshotBody['providers'],
): string[] {
  const ours = new Map(
    inForce.map(({ credential: _one, credentials: _several, guarded: _guarded, ...provider }) => [
      provider.name,
      canonicalJson(provider),
    ]),
  );
  const theirs = new Map(
    proposed.map(({ plainCredentials: _plain, guarded: _guarded, ...provider }) => [
      provider.name,
      canonicalJson(provider),
    ]),
  );
  const names = new Set([...ours.keys(), ...theirs.keys()]);
  return [...names].filter((name) => ours.get(name) !== theirs.get(name));
}

function percentOf(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}

function nameOf({ organization, project, key, admin }: Caller): string {
  return admin ? key : `${organization}/${project}/${key}`;
}
