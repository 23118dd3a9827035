import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpSources, type GuardSources } from '#libs/guards';
import { Settings } from '#libs/runtime';
import type { Caller } from '#libs/contracts';
import { ModerateTexts } from './moderate-texts.js';

/** Those whom guards ask: services over HTTP, and models of the installation. */
@Injectable()
export class AllGuardSources implements BeforeApplicationShutdown {
  private readonly http: HttpSources;

  constructor(
    settings: Settings,
    private readonly moderation: ModerateTexts,
  ) {
    this.http = new HttpSources(settings.guardAllow, settings.secretKey);
  }

  /** For one request: whoever is asked is asked on behalf of its caller. */
  for({ requestId, caller }: { readonly requestId: string; readonly caller: Caller }): GuardSources {
    const { organization, project } = caller;
    return {
      presidio: (text, guard) => this.http.presidio(text, guard),
      moderation: (texts, guard) => this.moderation.ask(texts, guard, { caller }),
      webhook: (texts, guard, side) => this.http.webhook(texts, guard, { side, requestId, organization, project }),
    };
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.http.close();
  }
}
