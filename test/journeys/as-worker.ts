import { MessagingParts, type Messaging } from '#libs/messaging';
import { createLogger } from '#libs/telemetry';

/** Does something with the identity of a worker, as somebody would who broke into one. */
export async function asWorker(
  environment: Readonly<Record<string, string>>,
  work: (messaging: Messaging) => Promise<void>,
): Promise<void> {
  const log = createLogger({ service: 'worker', level: 'silent' });
  const access = { seedFile: environment['SWITCHYARD_NATS_SEED_FILE'] };
  const parts = await MessagingParts.open(environment['NATS_URL'] ?? '', 'worker', log, access);
  try {
    await work(parts.messaging);
  } finally {
    await parts.close();
  }
}
