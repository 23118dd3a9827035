/**
 * Why a URL was not fetched. `bad_url`: not HTTP, or with a name and password in it. `address_refused`: its host is not at a
 * public address, or the port is none of the web's. `unreachable`: no connection, or a status that is no success.
 */
export type OutboundProblem =
  'bad_url' | 'address_refused' | 'unreachable' | 'too_large' | 'wrong_type' | 'timed_out' | 'too_many_redirects';

/**
 * A URL of a caller that was not fetched. The message is a sentence for that caller: it names the host as the caller wrote it
 * and never the address it led to, which is nobody's business outside. Only `unreachable` and `timed_out` may pass by themselves.
 */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';

  constructor(
    readonly problem: OutboundProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
