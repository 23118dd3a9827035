import { Controller } from '@nestjs/common';
import {
  nativeBatchCollectSchema,
  nativeBatchDiscardSchema,
  nativeBatchFindSchema,
  nativeBatchReadSchema,
  nativeBatchSubmitSchema,
  Subject,
  type NativeBatchCollect,
  type NativeBatchCollected,
  type NativeBatchDiscard,
  type NativeBatchFind,
  type NativeBatchFound,
  type NativeBatchRead,
  type NativeBatchState,
  type NativeBatchSubmit,
  type NativeBatchSubmitted,
} from '#libs/contracts';
import { AnswerQuery, QueryRefused } from '#libs/messaging';
import { ProviderDirectory } from '../call-model/provider-directory.js';
import type { NativeBatches } from '../providers/native-batches.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { batchesOf } from './batches-of.js';
import { CollectBatchHandler } from './collect-batch.handler.js';
import { SubmitBatchHandler } from './submit-batch.handler.js';

const CALL_MILLISECONDS = 30_000;

/** Does to batches at providers what the jobs service says: the credentials are here, the state of the batches there. */
@Controller()
export class NativeBatchesController {
  constructor(
    private readonly providers: ProviderDirectory,
    private readonly submission: SubmitBatchHandler,
    private readonly collection: CollectBatchHandler,
  ) {}

  @AnswerQuery(Subject.nativeBatchSubmit, nativeBatchSubmitSchema)
  submit(query: NativeBatchSubmit): Promise<NativeBatchSubmitted> {
    return this.submission.submit(query);
  }

  @AnswerQuery(Subject.nativeBatchFind, nativeBatchFindSchema)
  find({ provider, revision, name }: NativeBatchFind): Promise<NativeBatchFound> {
    return this.at(provider, revision, async (batches, signal) => {
      if (!batches.find) return { canFind: false };
      const remoteId = await batches.find(name, signal);
      return { canFind: true, ...(remoteId === undefined ? {} : { remoteId }) };
    });
  }

  @AnswerQuery(Subject.nativeBatchRead, nativeBatchReadSchema)
  read({ provider, revision, remoteId, cancel }: NativeBatchRead): Promise<NativeBatchState> {
    return this.at(provider, revision, async (batches, signal) => {
      if (cancel) await batches.cancel(remoteId, signal);
      return batches.read(remoteId, signal);
    });
  }

  @AnswerQuery(Subject.nativeBatchCollect, nativeBatchCollectSchema)
  collect(query: NativeBatchCollect): Promise<NativeBatchCollected> {
    return refusing(() => this.collection.collect(query));
  }

  @AnswerQuery(Subject.nativeBatchDiscard, nativeBatchDiscardSchema)
  discard({ provider, revision, remoteId }: NativeBatchDiscard): Promise<object> {
    return this.at(provider, revision, async (batches, signal) => {
      await batches.discard?.(remoteId, signal);
      return {};
    });
  }

  private at<T>(
    name: string,
    revision: number,
    work: (batches: NativeBatches, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return refusing(async () => {
      const provider = await this.providers.find(name, revision);
      const signal = AbortSignal.timeout(CALL_MILLISECONDS);
      try {
        return await work(batchesOf(provider.batches, name), signal);
      } catch (error) {
        throw error instanceof ProviderFailure
          ? new ProviderFailure(error.errorClass, provider.redact(error.message))
          : error;
      }
    });
  }
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProviderFailure) && !isTimeout(error)) throw error;
    const { message } = error as Error;
    throw new QueryRefused({ status: 502, code: 'batch_api_failed', message: message.slice(0, 500) });
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}
