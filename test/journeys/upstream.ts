import { startSimProvider, type SimProvider, type SimProviderOptions } from '#libs/simulation';

import { startRecordingFront, type FrontAnswer, type ReceivedCall } from './recording-front.js';

/** The sim provider with a front that keeps the very bytes it was sent. */
export interface Upstream {
  /** With `/v1`. */
  readonly baseUrl: string;
  readonly received: readonly ReceivedCall[];
  readonly sim: SimProvider;
  close(): Promise<void>;
}

/** `answers` speak in place of the sim provider for the models they are named after. */
export interface UpstreamOptions extends SimProviderOptions {
  readonly answers?: Readonly<Record<string, FrontAnswer>>;
}

/** Starts an upstream on a free port. */
export async function startUpstream({ answers = {}, ...options }: UpstreamOptions = {}): Promise<Upstream> {
  const sim = await startSimProvider(options);
  const front = await startRecordingFront(sim.url, ({ body }) => answers[modelOf(body)]);
  return {
    baseUrl: `${front.url}/v1`,
    received: front.received,
    sim,
    close: async () => {
      await front.close();
      await sim.close();
    },
  };
}

function modelOf(body: Buffer): string {
  try {
    const { model } = JSON.parse(body.toString('utf8')) as { model?: unknown };
    return typeof model === 'string' ? model : '';
  } catch {
    return '';
  }
}
