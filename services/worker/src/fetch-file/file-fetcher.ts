import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DialectError, type FetchFile } from '#libs/dialects';
import { GuardedFetcher, OutboundError } from '#libs/outbound';
import { Settings } from '#libs/runtime';
import { fetchProblem } from './fetch-problem.policy.js';
import { mediaTypeOf } from './media-type.policy.js';

/** Gets files by URLs of callers, from public addresses, for models that cannot get them themselves. */
@Injectable()
export class FileFetcher implements OnApplicationShutdown {
  private readonly fetcher: GuardedFetcher;

  constructor(settings: Settings) {
    this.fetcher = new GuardedFetcher({ allow: settings.fetchAllow });
  }

  readonly fetch: FetchFile = async (url, { signal, mediaType: wanted }) => {
    try {
      return await this.fetcher.fetch(url, {
        signal,
        accept: wanted.includes('/') ? wanted : `${wanted}/*`,
        recognise: (head, contentType) => mediaTypeOf(wanted, head, contentType),
      });
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      const { code, message } = fetchProblem(error, wanted);
      const refusal = new DialectError(400, code, message);
      refusal.cause = error;
      throw refusal;
    }
  };

  onApplicationShutdown(): Promise<void> {
    return this.fetcher.close();
  }
}
