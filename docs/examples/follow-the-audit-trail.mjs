// Follows an organization's trail from where it left off: node follow-the-audit-trail.mjs <organization> <name of the follower>
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';

const [organization, name] = process.argv.slice(2);
const connection = await connect({
  servers: process.env.NATS_URL,
  authenticator: nkeyAuthenticator(Buffer.from(readFileSync(process.env.NATS_SEED_FILE, 'ascii').trim())),
  inboxPrefix: `_INBOX_${name}`,
});
await (
  await jetstreamManager(connection)
).consumers.add('AUDIT', {
  durable_name: name,
  filter_subject: `audit.recorded.v1.${organization}`,
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All, // or StartTime with opt_start_time, to replay from a point
});
const consumer = await jetstream(connection).consumers.get('AUDIT', name);
for await (const message of await consumer.consume()) {
  const leaf = createHash('sha256').update(Buffer.of(0)).update(message.data).digest('base64');
  console.log(message.headers?.get('Switchyard-Entry-Sequence'), message.headers?.get('Switchyard-Entry-Type'), leaf);
  await message.ackAck(); // the place is kept by the server: a follower that restarts goes on behind it
}
