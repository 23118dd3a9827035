import { Injectable } from '@nestjs/common';
import { INSTALLATION_TRAIL } from '#libs/contracts';
import { QueryRefused, SnapshotWatch } from '#libs/messaging';
import type { Permission } from '#libs/permission';
import { LogPlacesRepository } from './log-places.repository.js';
import { reachOf, type Asked, type Reach } from './reader.js';

/** Which organisations there are: those of the configuration, and those that have left a log behind. */
@Injectable()
export class KnownOrganizations {
  constructor(
    private readonly places: LogPlacesRepository,
    private readonly watch: SnapshotWatch,
  ) {}

  /** What somebody may read. @throws QueryRefused 403, and 404 for an organisation that there is not: nothing is to be recorded under its name */
  async reachOf(asked: Asked, permission?: Permission): Promise<Reach> {
    const reach = reachOf(asked, permission);
    if (reach.organization !== asked.caller.organization) await this.require(reach.organization);
    return reach;
  }

  /** @throws QueryRefused 404, and 503 as long as no configuration has been heard of */
  async require(organization: string): Promise<void> {
    if (organization === INSTALLATION_TRAIL || this.isConfigured(organization)) return;
    if (await this.places.hasLog(organization)) return;
    if (!this.watch.current) throw notKnownYet();
    throw new QueryRefused({
      status: 404,
      code: 'organization_not_found',
      message: `There is no organization '${organization}', and none of that name has left a trail.`,
      param: 'organization',
    });
  }

  private isConfigured(organization: string): boolean {
    return this.watch.current?.organizations?.some(({ name }) => name === organization) ?? false;
  }
}

function notKnownYet(): QueryRefused {
  const message = 'Which organizations there are is not known yet; try again in a moment.';
  return new QueryRefused({ status: 503, code: 'temporarily_unavailable', message });
}
