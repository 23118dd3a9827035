import { Injectable } from '@nestjs/common';

import type { PolicyChangeReply, PolicyPromote, PolicyRollBack, PolicyTry } from '#libs/contracts';
import { ServiceLogger, Settings } from '#libs/runtime';

import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import {
  ConfigurationVersionsRepository,
  type StoredVersion,
} from '../apply-configuration/configuration-versions.repository.js';
import { policyDigestOf } from '../apply-configuration/seal-configuration.js';
import {
  fitsIntoMessage,
  missingProviders,
  type VersionContent,
} from '../apply-configuration/version-content.policy.js';
import { withPriceOverrides } from '../compile-configuration/prices/price-overrides.js';
import { compileProposal, type CompiledProposal } from '../compile-proposal/compile-proposal.js';
import { adminRefusal } from '../change-documents/admin-refusals.js';
import { SnapshotPublisher } from '../publish-snapshot/snapshot-publisher.js';
import { changedNames, differingProviders, withoutTrial, withPolicies, withTrial } from './policy-change.policy.js';
import { policyRefusal } from './policy-refusals.js';
import { requireAdmin } from './require-admin.js';

/** Changes the policies in force by hand. Each change is a version of its own that names who made it. */
@Injectable()
export class ChangePoliciesHandler {
  constructor(
    private readonly settings: Settings,
    private readonly versions: ConfigurationVersionsRepository,
    private readonly inForce: ConfigurationInForce,
    private readonly publisher: SnapshotPublisher,
    private readonly log: ServiceLogger,
  ) {}

  /** Starts a trial, gives the one under way another share, or ends it (share 0). @throws QueryRefused */
  async try({ caller, ifMatch, text, name, share }: PolicyTry): Promise<PolicyChangeReply> {
    requireAdmin(caller);
    if (share === 0) return this.change({ ifMatch, caller }, (newest) => withoutTrial(onTrial(newest), caller));
    if (text === undefined) {
      return this.change({ ifMatch, caller }, (newest) => {
        const { trialSource: source, body } = onTrial(newest);
        return withTrial(newest, { ...body.trial, share }, { source, caller });
      });
    }
    const proposal = this.priced(compileProposal({ text, name }, this.settings));
    return this.change({ ifMatch, caller }, (newest, revision) => {
      checkProposal(proposal, newest);
      const trial = { revision, share, models: [...proposal.configuration.models] };
      return withTrial(newest, trial, { source: proposal.redactedText, caller });
    });
  }

  /** Puts the policies on trial in force until the file changes. @throws QueryRefused */
  async promote({ caller, ifMatch }: PolicyPromote): Promise<PolicyChangeReply> {
    requireAdmin(caller);
    return this.change({ ifMatch, caller }, (newest) => {
      const { body, trialSource, source } = onTrial(newest);
      const chosen = { models: body.trial.models, ...(body.breaker ? { breaker: body.breaker } : {}) };
      const what = `trial ${body.trial.revision} promoted`;
      return withPolicies(
        newest,
        { body: chosen, policyDigest: policyDigestOf(chosen), source: trialSource ?? source },
        { caller, what, sourceSha256: this.inForce.sourceSha256 },
      );
    });
  }

  /** Puts the policies of an earlier revision in force until the file changes; ends a trial. @throws QueryRefused */
  async rollBack({ caller, ifMatch, revision: wanted }: PolicyRollBack): Promise<PolicyChangeReply> {
    requireAdmin(caller);
    const earlier = await this.versions.find(wanted);
    if (!earlier) throw policyRefusal.unknownRevision(wanted);
    const { source } = earlier;
    const body = { ...earlier.body, models: this.atPricesInForce(earlier.body.models) };
    const policyDigest = policyDigestOf(body);
    return this.change({ ifMatch, caller }, (newest) => {
      if (policyDigestOf(newest.body) === policyDigest) throw policyRefusal.alreadyInForce(wanted);
      const missing = missingProviders(body, newest.body.providers);
      if (missing.length > 0) throw policyRefusal.missingProviders(wanted, missing);
      const what = `rolled back to ${wanted}`;
      return withPolicies(
        newest,
        { body, policyDigest, source },
        { caller, what, sourceSha256: this.inForce.sourceSha256 },
      );
    });
  }

  private priced(proposal: CompiledProposal): CompiledProposal {
    const { configuration } = proposal;
    const models = this.atPricesInForce(configuration.models);
    return { ...proposal, configuration: { ...configuration, models } };
  }

  private atPricesInForce(models: Parameters<typeof withPriceOverrides>[0]) {
    return withPriceOverrides(models, this.inForce.held.priceOverrides);
  }

  private async change(
    { ifMatch, caller }: Pick<PolicyTry, 'ifMatch' | 'caller'>,
    change: (newest: StoredVersion, revision: number) => VersionContent,
  ): Promise<PolicyChangeReply> {
    let models: PolicyChangeReply['models'] = { added: [], removed: [] };
    const changed = await this.versions.change(caller, (newest, revision) => {
      if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== `"r${newest.snapshot.revision}"`)
        throw adminRefusal.stale();
      const next = change(newest, revision);
      if (!fitsIntoMessage(next.body)) throw policyRefusal.tooLarge();
      models = changedNames(newest.body.models, next.body.models);
      return next;
    });
    if (!changed) throw policyRefusal.noConfiguration();
    const { snapshot, origin } = changed;
    this.inForce.take(snapshot);
    this.log.info({ revision: snapshot.revision, origin }, 'the policies in force were changed by hand');
    await this.publisher.publishNewest();
    const { revision, trial } = snapshot;
    const started = trial ? { trial: { revision: trial.revision, share: trial.share } } : {};
    return { revision, origin, models, ...started };
  }
}

type OnTrial = StoredVersion & { readonly body: { readonly trial: NonNullable<StoredVersion['body']['trial']> } };

function onTrial(newest: StoredVersion): OnTrial {
  const { trial } = newest.body;
  if (trial === undefined) throw policyRefusal.noTrial();
  return { ...newest, body: { ...newest.body, trial } };
}

/** A trial changes how is routed, not whom: providers, keys and the breaker are those in force. */
function checkProposal({ configuration }: CompiledProposal, { body }: StoredVersion): void {
  const others = differingProviders(configuration.providers, body.providers);
  if (others.length > 0) throw policyRefusal.otherProviders(others);
  const { models, breaker } = configuration;
  if (policyDigestOf({ models: [], breaker }) !== policyDigestOf({ models: [], breaker: body.breaker }))
    throw policyRefusal.otherBreaker();
  if (policyDigestOf({ models: [...models] }) === policyDigestOf({ models: body.models }))
    throw policyRefusal.sameAsInForce();
}
