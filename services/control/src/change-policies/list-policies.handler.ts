import { Injectable } from '@nestjs/common';

import type { PolicyList, PolicyListReply } from '#libs/contracts';

import { ConfigurationVersionsRepository } from '../apply-configuration/configuration-versions.repository.js';
import { requireAdmin } from './require-admin.js';

/** Tells the versions of the policies, newest first. */
@Injectable()
export class ListPoliciesHandler {
  constructor(private readonly versions: ConfigurationVersionsRepository) {}

  async list({ caller, before, limit }: PolicyList): Promise<PolicyListReply> {
    requireAdmin(caller);
    const [newest, found] = await Promise.all([
      this.versions.findNewestVersion(),
      this.versions.list(limit + 1, before),
    ]);
    const trial = newest?.body.trial;
    return {
      versions: found.slice(0, limit).map((version) => ({
        ...version,
        isInForce: version.revision === newest?.snapshot.revision,
        ...(version.revision === trial?.revision ? { trialShare: trial.share } : {}),
      })),
      hasMore: found.length > limit,
      holdsUntilFileChanges: newest?.isHeld ?? false,
    };
  }
}
