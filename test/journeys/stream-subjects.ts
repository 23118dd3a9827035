import { MessagingParts } from '#libs/messaging';
import { createLogger } from '#libs/telemetry';

/** Every subject that messages of these streams have now. */
export async function streamSubjects(
  { url, seedFile }: { readonly url: string; readonly seedFile?: string | undefined },
  streams: readonly string[],
): Promise<string[]> {
  const parts = await MessagingParts.open(url, 'sweep', createLogger({ service: 'sweep', level: 'silent' }), {
    seedFile,
  });
  try {
    const found: string[] = [];
    for (const stream of streams) {
      const state = await parts.messaging.request(`$JS.API.STREAM.INFO.${stream}`, '{"subjects_filter":">"}', {
        timeoutMilliseconds: 5_000,
      });
      const { state: inner } = state.json() as { state?: { subjects?: Record<string, number> } };
      found.push(...Object.keys(inner?.subjects ?? {}));
    }
    return found;
  } finally {
    await parts.close();
  }
}
