import { Injectable } from '@nestjs/common';
import { DialectError, type FetchFile } from '#libs/dialects';

/** Gets files by URLs of callers, for models that cannot get them themselves. */
@Injectable()
export class FileFetcher {
  readonly fetch: FetchFile = async (url) => {
    throw new DialectError(
      400,
      'unreachable_file',
      `The file at ${url.origin} cannot be fetched; send its bytes instead.`,
    );
  };
}
