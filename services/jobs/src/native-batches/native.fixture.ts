import {
  decodeRequestBundle,
  nativeBatchCollectSchema,
  nativeBatchFindSchema,
  nativeBatchReadSchema,
  nativeBatchSubmitSchema,
  Subject,
  type NativeBatchState,
  type NativeBatchSubmitted,
} from '#libs/contracts';
import { MessagingError, QueryRefused } from '#libs/messaging';
import type { PlayedNats } from '../played-nats.fixture.js';

export const DAY_MILLISECONDS = 24 * 60 * 60_000;

const amounts = (input: string) => ({ inputNanoUsdPerMillion: input, outputNanoUsdPerMillion: input });

/** A configuration in which lines for `gpt-small` may go to the batch API of `vendor`. */
export function nativeSnapshot(policy: object = {}): object {
  const timeouts = { firstByteMilliseconds: 1_000, idleMilliseconds: 1_000, totalMilliseconds: 1_000 };
  const target = {
    provider: 'vendor',
    model: 'vendor-small',
    priority: 1,
    weight: 1,
    price: { version: 'price_0000000000000001', ...amounts('1000') },
    batchPrice: { version: 'price_0000000000000002', ...amounts('500') },
    nativeBatch: { minLines: 2, leastMilliseconds: 60_000, marginMilliseconds: 30_000, ...policy },
  };
  return {
    version: 1,
    revision: 7,
    createdAt: 1,
    providers: [{ name: 'vendor', kind: 'openai', options: {} }],
    models: [
      { name: 'gpt-small', strategy: 'priority', timeouts, targets: [target] },
      {
        name: 'gpt-large',
        strategy: 'priority',
        timeouts,
        targets: [{ ...target, model: 'vendor-large', nativeBatch: undefined }],
      },
    ],
    keys: [],
  };
}

/** A worker that a test plays, with the batch API of a provider behind it. */
export class PlayedWorker {
  /** Request ids of the batches at the provider, by their names. */
  readonly submitted = new Map<string, string[]>();
  readonly cancelled: string[] = [];
  readonly discarded: string[] = [];
  state: NativeBatchState['state'] = 'running';
  canFind = true;
  /** In place of taking a batch. */
  refusal: NativeBatchSubmitted | undefined;
  /** After a batch was taken: the answer is lost. */
  losesAnswer = false;
  left: string[] = [];
  /** Gives the request ids that have ended, after their events were stored. */
  collect: (requestIds: readonly string[]) => Promise<string[]> = async (requestIds) => [...requestIds];

  constructor(private readonly nats: PlayedNats) {
    nats.answer = (subject, query) => this.answer(subject, query);
  }

  private async answer(subject: string, query: unknown): Promise<unknown> {
    switch (subject) {
      case Subject.nativeBatchSubmit:
        return this.submit(nativeBatchSubmitSchema.parse(query));
      case Subject.nativeBatchFind: {
        const { name } = nativeBatchFindSchema.parse(query);
        const isThere = this.canFind && this.submitted.has(name);
        return { canFind: this.canFind, ...(isThere ? { remoteId: `remote-${name}` } : {}) };
      }
      case Subject.nativeBatchRead: {
        const { remoteId, cancel } = nativeBatchReadSchema.parse(query);
        if (cancel) this.cancelled.push(remoteId);
        return { state: this.state, status: this.state };
      }
      case Subject.nativeBatchCollect: {
        const { claim } = nativeBatchCollectSchema.parse(query);
        return { ended: await this.collect(this.idsIn(claim)) };
      }
      case Subject.nativeBatchDiscard:
        this.discarded.push(JSON.stringify(query));
        return {};
      default:
        throw new QueryRefused({ status: 400, code: 'unexpected', message: subject });
    }
  }

  private submit({ name, claim }: { name: string; claim: string }): NativeBatchSubmitted {
    if (this.refusal) return this.refusal;
    this.submitted.set(name, this.idsIn(claim));
    if (this.losesAnswer) throw new MessagingError('timeout', 'the answer did not come');
    return { outcome: 'submitted', remoteId: `remote-${name}`, left: this.left };
  }

  private idsIn(claim: string): string[] {
    const bundle = Buffer.from(this.nats.claims.get(claim) ?? '');
    return decodeRequestBundle(bundle).map(({ facts }) => facts.requestId);
  }
}
