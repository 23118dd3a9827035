import type { ClassifiedError } from '#libs/dialects';
import type { NativeBatches } from '../providers/native-batches.js';
import type { Provider, ProviderAnswer, ProviderCall } from '../providers/provider.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import type { CredentialPool } from './credential-pool.js';
import { allowanceIn, askedWaitMilliseconds } from '../watch-targets/provider-allowance.policy.js';
import { restAfter, restBeforeRefusal, type Refusal } from './rest-after.policy.js';

const MOST_BYTES_READ = 64 * 1024;

/** Told when a call goes on with another credential, by their places in the configuration, from 0. */
export type RotationListener = (rotation: { refused: number; status: number | undefined; next: number }) => void;

/**
 * One provider with several credentials: a provider of its kind for each of them, all alike but for that. A call that is
 * refused for its credential's sake, as the provider's own words say, is made again at once with the next healthy one; it has
 * failed when none is left.
 */
export class RotatingProvider implements Provider {
  readonly isReachable?: (signal: AbortSignal) => Promise<boolean>;
  /** Those of the first credential: what one has submitted, another may not see. */
  readonly batches?: NativeBatches | undefined;

  constructor(
    private readonly providers: readonly [Provider, ...Provider[]],
    private readonly pool: CredentialPool,
    private readonly onRotation: RotationListener,
  ) {
    const [first] = providers;
    this.batches = first.batches;
    if (first.isReachable) this.isReachable = (signal) => first.isReachable?.(signal) ?? Promise.resolve(true);
  }

  async call(call: ProviderCall): Promise<ProviderAnswer> {
    const tried = new Set<number>();
    const { model } = call.target;
    for (let place = this.pool.take(model); ;) {
      tried.add(place);
      const outcome = await this.callWith(place, call);
      if (!outcome.refusal) {
        if (outcome.answer) this.served(place, model, outcome.answer);
        return settled(outcome);
      }
      const rest = restAfter(outcome.refusal, Date.now());
      if (!rest) return settled(outcome);
      this.pool.rest(place, rest.milliseconds, rest.forModelOnly ? model : undefined);
      const next = mayBeMadeAgain(outcome, call) ? this.pool.takeHealthy(model, tried) : undefined;
      if (next === undefined) return settled(outcome);
      this.onRotation({ refused: place, status: outcome.status, next });
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

  /** A credential that has nothing left until its limits are whole again rests before it is refused. */
  private served(place: number, model: string, answer: ProviderAnswer): void {
    this.pool.wake(place, model);
    const now = Date.now();
    const rest = restBeforeRefusal(allowanceIn(answer, now));
    if (rest !== undefined) this.pool.rest(place, rest, model);
  }

  private async callWith(place: number, call: ProviderCall): Promise<Outcome> {
    const provider = this.providers[place] ?? this.providers[0];
    try {
      const answer = await provider.call(call);
      return answer.status === 200 ? { answer, status: 200 } : await refused(answer, provider);
    } catch (failure) {
      if (!(failure instanceof ProviderFailure)) throw failure;
      const { errorClass, status, retryAfterSeconds } = failure;
      return { failure, status, refusal: { errorClass, retryAfter: retryAfterSeconds?.toString() } };
    }
  }
}

interface Outcome {
  readonly answer?: ProviderAnswer;
  readonly failure?: ProviderFailure;
  readonly status: number | undefined;
  /** Absent where the call was served. */
  readonly refusal?: Refusal;
}

/** What one credential has left says nothing of the others: whoever paces calls of the target is not to hear of it. */
function settled({ answer, failure }: Outcome): ProviderAnswer {
  if (answer) return { ...answer, header: (name) => (isOfLimits(name) ? undefined : answer.header(name)) };
  throw failure;
}

/** A call that has used something already would use it twice, and its record would tell of once. */
function mayBeMadeAgain({ answer, failure }: Outcome, { signal }: ProviderCall): boolean {
  return !signal.aborted && answer?.usage === undefined && failure?.usage === undefined;
}

/** Reads why an answer refuses; its body can be read once more by whoever gets it. */
async function refused(answer: ProviderAnswer, provider: Provider): Promise<Outcome> {
  const bytes = await bytesOf(answer.body);
  const { errorClass, retryAfterSeconds } = provider.classify(answer.status, bytes.toString('utf8'));
  const again = { ...answer, body: only(bytes) };
  const asked = askedWaitMilliseconds(answer, Date.now());
  const retryAfter = (asked === undefined ? retryAfterSeconds : asked / 1_000)?.toString();
  return { answer: again, status: answer.status, refusal: { errorClass, retryAfter } };
}

function isOfLimits(name: string): boolean {
  return name.includes('ratelimit') || name.includes('tokenlimit');
}

async function* only(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** What there is of a refusal's words, read to the end so that the connection can be used again; a long one is broken off. */
async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      bytes += part.length;
      if (bytes > MOST_BYTES_READ) break;
    }
  } catch {
    // The status says enough of a refusal whose words broke off.
  }
  return Buffer.concat(parts);
}
