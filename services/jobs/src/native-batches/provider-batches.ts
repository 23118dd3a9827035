import { Injectable } from '@nestjs/common';
import {
  nativeBatchCollectedSchema,
  nativeBatchDiscardedSchema,
  nativeBatchFoundSchema,
  nativeBatchStateSchema,
  nativeBatchSubmittedSchema,
  Subject,
  type NativeBatchCollected,
  type NativeBatchFound,
  type NativeBatchState,
  type NativeBatchSubmitted,
} from '#libs/contracts';
import { Messaging } from '#libs/messaging';
import type { NativeBatch } from './native-batch.js';

/** Somewhat longer than a worker takes at most. */
const CALL_MILLISECONDS = 75_000;
const SUBMIT_MILLISECONDS = 180_000;
const COLLECT_MILLISECONDS = 570_000;

/** What workers do at providers. Rejects with `QueryRefused` where a provider fails, and `MessagingError` where no worker answers. */
@Injectable()
export class ProviderBatches {
  constructor(private readonly messaging: Messaging) {}

  submit({ id, revision, target }: NativeBatch, claim: string): Promise<NativeBatchSubmitted> {
    const query = { name: id, revision, target, claim };
    return this.messaging.ask(Subject.nativeBatchSubmit, query, nativeBatchSubmittedSchema, SUBMIT_MILLISECONDS);
  }

  find({ id, provider, revision }: NativeBatch): Promise<NativeBatchFound> {
    const query = { provider, revision, name: id };
    return this.messaging.ask(Subject.nativeBatchFind, query, nativeBatchFoundSchema, CALL_MILLISECONDS);
  }

  read(batch: NativeBatch, cancel: boolean): Promise<NativeBatchState> {
    const query = { ...remoteOf(batch), cancel };
    return this.messaging.ask(Subject.nativeBatchRead, query, nativeBatchStateSchema, CALL_MILLISECONDS);
  }

  collect(batch: NativeBatch, claim: string): Promise<NativeBatchCollected> {
    const { target, batchPrice, decision, submittedAt } = batch;
    const query = {
      ...remoteOf(batch),
      target,
      batchPrice,
      decision,
      claim,
      submittedAt: submittedAt?.getTime() ?? Date.now(),
    };
    return this.messaging.ask(Subject.nativeBatchCollect, query, nativeBatchCollectedSchema, COLLECT_MILLISECONDS);
  }

  async discard(batch: NativeBatch): Promise<void> {
    const query = remoteOf(batch);
    await this.messaging.ask(Subject.nativeBatchDiscard, query, nativeBatchDiscardedSchema, CALL_MILLISECONDS);
  }
}

function remoteOf({ provider, revision, remoteId }: NativeBatch): {
  provider: string;
  revision: number;
  remoteId: string;
} {
  if (remoteId === null) throw new Error('a batch at a provider has no id there');
  return { provider, revision, remoteId };
}
