import {
  decodeRequestBundle,
  nativeBatchCollectSchema,
  nativeBatchFindSchema,
  nativeBatchReadSchema,
  nativeBatchSubmitSchema,
  Subject,
  type NativeBatchFound,
  type NativeBatchState,
  type NativeBatchSubmitted,
} from '#libs/contracts';
import { MessagingError } from '#libs/messaging';
import type { PlayedNats } from '../played-nats.fixture.js';

/** What becomes of a submission: `lost before` and `lost after` are answers that do not come. */
export type Submission = 'taken' | 'taken in part' | 'lost before' | 'lost after' | 'unsent' | 'refused' | 'busy';

/** A batch at the provider, which does its lines in the order in which a test says so. */
export interface RemoteBatch {
  readonly requestIds: readonly string[];
  readonly done: Set<string>;
  state: NativeBatchState['state'];
  /** How often a batch of this name was made. */
  made: number;
}

/** A worker with the batch API of a provider behind it, that loses, refuses, forgets and does things in part. */
export class PlayedProvider {
  readonly batches = new Map<string, RemoteBatch>();
  submission: Submission = 'taken';
  /** The answer to a question for results does not come; they are recorded nevertheless. */
  losesResults = false;
  /** Called while it is asked anything. */
  meanwhile: () => Promise<unknown> = async () => undefined;

  constructor(
    private readonly nats: PlayedNats,
    private readonly keepsNames: boolean,
    /** Records what came of these requests. */
    private readonly record: (requestIds: readonly string[]) => Promise<void>,
  ) {
    nats.answer = (subject, query) => this.answer(subject, query);
  }

  private async answer(subject: string, query: unknown): Promise<unknown> {
    await this.meanwhile();
    switch (subject) {
      case Subject.nativeBatchSubmit:
        return this.submit(nativeBatchSubmitSchema.parse(query));
      case Subject.nativeBatchFind:
        return this.find(nativeBatchFindSchema.parse(query));
      case Subject.nativeBatchRead: {
        const { remoteId } = nativeBatchReadSchema.parse(query);
        const state = this.batches.get(remoteId)?.state ?? 'gone';
        return { state, status: state };
      }
      case Subject.nativeBatchCollect:
        return this.collect(nativeBatchCollectSchema.parse(query));
      default:
        return {};
    }
  }

  private submit({ name, claim }: { name: string; claim: string }): NativeBatchSubmitted {
    switch (this.submission) {
      case 'unsent':
        throw new MessagingError('no_responders', 'no worker is there');
      case 'lost before':
        throw new MessagingError('timeout', 'the answer did not come');
      case 'refused':
      case 'busy':
        return { outcome: 'refused', message: 'no', mayPass: this.submission === 'busy' };
      case 'taken':
      case 'taken in part':
      case 'lost after':
        break;
    }
    const all = this.idsIn(claim);
    const left = this.submission === 'taken in part' ? all.slice(1) : [];
    const requestIds = all.filter((id) => !left.includes(id));
    const made = (this.batches.get(name)?.made ?? 0) + 1;
    this.batches.set(name, { requestIds, done: new Set(), state: 'running', made });
    if (this.submission === 'lost after') throw new MessagingError('timeout', 'the answer did not come');
    return { outcome: 'submitted', remoteId: name, left };
  }

  private find({ name }: { name: string }): NativeBatchFound {
    if (!this.keepsNames) return { canFind: false };
    return { canFind: true, ...(this.batches.has(name) ? { remoteId: name } : {}) };
  }

  private async collect({ remoteId, claim }: { remoteId: string; claim: string }): Promise<{ ended: string[] }> {
    const done = this.batches.get(remoteId)?.done ?? new Set();
    const ended = this.idsIn(claim).filter((id) => done.has(id));
    await this.record(ended);
    if (this.losesResults) throw new MessagingError('timeout', 'the answer did not come');
    return { ended };
  }

  private idsIn(claim: string): string[] {
    const bundle = Buffer.from(this.nats.claims.get(claim) ?? '');
    return decodeRequestBundle(bundle).map(({ facts }) => facts.requestId);
  }
}
