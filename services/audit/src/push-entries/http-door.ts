import type { GuardedSender } from '#libs/outbound';
import { Webhook } from 'standardwebhooks';
import type { Destination } from './destination.schema.js';
import { lineOf, type PushedEntry } from './pushed-entry.policy.js';

/** A destination that did not take entries. `retryAfterMilliseconds`: what it asked to be left alone for. */
export class NotTaken extends Error {
  override readonly name = 'NotTaken';

  constructor(
    message: string,
    readonly retryAfterMilliseconds: number | undefined,
  ) {
    super(message);
  }
}

/**
 * Sends entries by POST, one on a line. The id names the stretch of the log, so that a receiver knows what comes a second time; with a
 * secret the message is signed as Standard Webhooks 1.0.0 says. Only 2xx counts as received.
 * @throws NotTaken, OutboundError
 */
export async function sendByHttp(
  sender: GuardedSender,
  { name, url, format, secret, authorization }: Destination,
  { entries, signal }: { readonly entries: readonly PushedEntry[]; readonly signal: AbortSignal },
): Promise<void> {
  const [first, last] = [entries[0], entries.at(-1)];
  if (!first || !last) return;
  const body = entries.map((entry) => `${lineOf(entry, format)}\n`).join('');
  const id = `trail_${name}_${first.organization}_${first.sequence}-${last.sequence}`;
  const now = new Date();
  const headers = {
    'content-type': format === 'cef' ? 'text/plain; charset=utf-8' : 'application/x-ndjson',
    'user-agent': 'Switchyard',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    ...(secret === undefined ? {} : { 'webhook-signature': new Webhook(secret).sign(id, now, body) }),
    ...(authorization === undefined ? {} : { authorization }),
  };
  const answer = await sender.post(new URL(url), { headers, body, signal });
  if (answer.status >= 200 && answer.status < 300) return;
  const seconds = Number(answer.retryAfter);
  throw new NotTaken(
    `the destination answered with status ${answer.status}`,
    Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined,
  );
}
