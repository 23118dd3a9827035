/**
 * Postgres could not do what was asked, and the same request may succeed later: the connection is refused or lost, a
 * statement took too long, the server is starting, stopping or out of resources, or two transactions collided. Whatever
 * was going on has been rolled back, except that a commit whose answer was lost may have happened: effects must be
 * guarded by an inbox row. `cause` is the driver's error.
 */
export class StorageUnavailable extends Error {
  override readonly name = 'StorageUnavailable';
  readonly retryable = true;
  /** Whether the server could not be reached, as opposed to a statement that it gave up. */
  readonly isConnectionLost: boolean;
  /** Whether another transaction was in the way, as in a deadlock: doing it again at once may help. */
  readonly isCollision: boolean;

  constructor(what: string, options: ErrorOptions & { isConnectionLost: boolean; isCollision?: boolean }) {
    super(`${what} Nothing is lost: it is tried again; check Postgres if this lasts.`, { cause: options.cause });
    this.isConnectionLost = options.isConnectionLost;
    this.isCollision = options.isCollision ?? false;
  }
}
