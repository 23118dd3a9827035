import type { ClassifiedError } from '#libs/dialects';
import type { Provider, ProviderAnswer, ProviderCall } from '../providers/provider.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import type { CredentialPool } from './credential-pool.js';
import { restAfter, type Refusal } from './rest-after.policy.js';

const MOST_BYTES_READ_OFF = 64 * 1024;

/** Told when a call goes on with another credential, by their places in the configuration, from 0. */
export type RotationListener = (rotation: { refused: number; status: number | undefined; next: number }) => void;

/**
 * One provider with several credentials: a provider of its kind for each of them, all alike but for that. A call that is
 * refused for its credential's sake is made again at once with the next healthy one; it has failed when none is left.
 */
export class RotatingProvider implements Provider {
  constructor(
    private readonly providers: readonly [Provider, ...Provider[]],
    private readonly pool: CredentialPool,
    private readonly onRotation: RotationListener,
  ) {}

  async call(call: ProviderCall): Promise<ProviderAnswer> {
    const tried = new Set<number>();
    for (let place = this.pool.take(); ;) {
      tried.add(place);
      const outcome = await this.callWith(place, call);
      const milliseconds = restAfter(outcome.refusal, Date.now());
      if (milliseconds === undefined) {
        if (outcome.answer?.status === 200) this.pool.wake(place);
        return settled(outcome);
      }
      this.pool.rest(place, milliseconds);
      const next = call.signal.aborted ? undefined : this.pool.takeHealthy(tried);
      if (next === undefined) return settled(outcome);
      if (outcome.answer) void readOff(outcome.answer.body);
      this.onRotation({ refused: place, status: outcome.refusal.status, next });
      place = next;
    }
  }

  classify(status: number, body: string): ClassifiedError {
    return this.providers[0].classify(status, body);
  }

  /** A provider's words may name a credential that another call used. */
  redact(words: string): string {
    return this.providers.reduce((redacted, provider) => provider.redact(redacted), words);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.providers.map((provider) => provider.close()));
  }

  private async callWith(place: number, call: ProviderCall): Promise<Outcome> {
    try {
      const answer = await (this.providers[place] ?? this.providers[0]).call(call);
      return { answer, refusal: { status: answer.status, retryAfter: answer.header('retry-after') } };
    } catch (failure) {
      if (!(failure instanceof ProviderFailure)) throw failure;
      const { status, retryAfterSeconds } = failure;
      return { failure, refusal: { status, retryAfter: retryAfterSeconds?.toString() } };
    }
  }
}

interface Outcome {
  readonly answer?: ProviderAnswer;
  readonly failure?: ProviderFailure;
  readonly refusal: Refusal;
}

function settled({ answer, failure }: Outcome): ProviderAnswer {
  if (answer) return answer;
  throw failure;
}

/** Reads an answer that nobody wants to its end, so that its connection can be used again; a long one is broken off. */
async function readOff(body: AsyncIterable<Uint8Array>): Promise<void> {
  let bytes = 0;
  try {
    for await (const part of body) {
      bytes += part.length;
      if (bytes > MOST_BYTES_READ_OFF) break;
    }
  } catch {
    // The answer was given up already; how its connection ends does not matter.
  }
}
