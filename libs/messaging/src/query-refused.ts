import type { ReplyError } from '#libs/contracts';

/** A query or command that the answering service refuses; its fields travel to the asker and on to the HTTP caller. */
export class QueryRefused extends Error {
  constructor(readonly reply: ReplyError) {
    super(reply.message);
    this.name = 'QueryRefused';
  }
}
