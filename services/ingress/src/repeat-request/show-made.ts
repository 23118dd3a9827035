import type { FastifyReply } from 'fastify';
import type { Made } from '#libs/contracts';

/** What a command made, as its caller gets it: one that had been made before is marked by a header. */
export function showMade<Shown extends object>(made: Made<Shown>, reply: FastifyReply): Omit<Made<Shown>, 'replayed'> {
  const { replayed, ...shown } = made;
  if (replayed) reply.header('idempotent-replayed', 'true');
  return shown;
}
