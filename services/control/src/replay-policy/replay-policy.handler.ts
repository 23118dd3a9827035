import { Injectable } from '@nestjs/common';

import {
  decidedRequestPageSchema,
  Subject,
  type DecidedRequestPage,
  type PolicyReplay,
  type PolicyReplayReply,
} from '#libs/contracts';
import { Messaging, QueryRefused } from '#libs/messaging';
import { routingTable } from '#libs/routing';
import { Settings } from '#libs/runtime';

import { ConfigurationInForce } from '../apply-configuration/configuration-in-force.js';
import { ConfigurationVersionsRepository } from '../apply-configuration/configuration-versions.repository.js';
import { requireAdmin } from '../change-policies/require-admin.js';
import { compileProposal } from '../compile-proposal/compile-proposal.js';
import { ReplayTally } from './replay-tally.policy.js';

const MOST_REQUESTS = 200_000;
const PAGE_REQUESTS = 1_000;
/** The asker waits a minute. */
const MOST_MILLISECONDS = 50_000;

/** Decides recorded traffic again under a proposed configuration. Nobody is called and nothing is changed. */
@Injectable()
export class ReplayPolicyHandler {
  constructor(
    private readonly settings: Settings,
    private readonly inForce: ConfigurationInForce,
    private readonly versions: ConfigurationVersionsRepository,
    private readonly messaging: Messaging,
  ) {}

  /** @throws QueryRefused for a text that would be refused as a file, or a period that is none. */
  async replay({ caller, text, name, since, until = Date.now() }: PolicyReplay): Promise<PolicyReplayReply> {
    requireAdmin(caller);
    if (since >= until) throw emptyPeriod();
    const { providers, models } = compileProposal({ text, name }, this.settings).configuration;
    const inForce = this.inForce.snapshot ?? (await this.versions.findNewest());
    const revision = inForce?.revision ?? 0;
    const entries = providers.map(({ plainCredentials: _plain, ...provider }) => provider);
    // Who may get whose data is no part of what is proposed.
    const { privacy, organizations, keys } = inForce ?? {};
    const proposed = routingTable({
      revision,
      providers: entries,
      models: [...models],
      ...(privacy ? { privacy } : {}),
      ...(organizations ? { organizations } : {}),
      ...(keys ? { keys } : {}),
    });
    const tally = new ReplayTally(proposed, inForce && routingTable(inForce));
    const isCut = await this.feed(tally, { caller, since, until });
    return { revision, since, until, isCut, ...tally.findings() };
  }

  /** Whether requests are left that were not decided again. */
  private async feed(tally: ReplayTally, period: Pick<PolicyReplay, 'caller' | 'since' | 'until'>): Promise<boolean> {
    const deadline = performance.now() + MOST_MILLISECONDS;
    let after: string | undefined;
    for (let read = 0; read < MOST_REQUESTS && performance.now() < deadline;) {
      const limit = Math.min(PAGE_REQUESTS, MOST_REQUESTS - read);
      const page: DecidedRequestPage = await this.messaging.ask(
        Subject.decidedRequestList,
        { ...period, limit, after },
        decidedRequestPageSchema,
      );
      for (const request of page.requests) tally.add(request);
      // A page of nothing but copies for comparison counts too, or the bound would be none.
      read += Math.max(page.requests.length, 1);
      after = page.next;
      if (after === undefined) return false;
    }
    return true;
  }
}

function emptyPeriod(): QueryRefused {
  const message = 'The period to replay ends before it begins; choose an earlier "since".';
  return new QueryRefused({ status: 400, code: 'invalid_parameter', message, param: 'since' });
}
