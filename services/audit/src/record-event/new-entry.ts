/** An event to be recorded: what is searched by, and the body that is hashed and stored. */
export interface NewEntry {
  readonly organization: string;
  /** Of a note, its own id. */
  readonly requestId: string;
  readonly type: string;
  readonly project: string;
  readonly key: string;
  readonly model: string;
  readonly body: string;
  /** When it happened, which is never later than when it was first delivered. */
  readonly happenedAt: number;
}
