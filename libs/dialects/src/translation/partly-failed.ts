import type { Usage } from '#libs/contracts';

/** A request of several calls of which one failed; its `cause` is what that call threw. */
export class PartlyFailed extends Error {
  override readonly name = 'PartlyFailed';

  constructor(
    /** What the provider says that the calls which succeeded used: it is to be paid for, although there is no answer. */
    readonly usage: Usage,
    cause: unknown,
  ) {
    super('some of the calls for a request failed, others were made', { cause });
  }
}
