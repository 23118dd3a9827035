import { setImmediate as breathe } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import {
  decodeRequestBundle,
  type BundledRequest,
  type NativeBatchSubmit,
  type NativeBatchSubmitted,
} from '#libs/contracts';
import { BodyClaims } from '#libs/messaging';
import { ProviderDirectory, type RecordedProvider } from '../call-model/provider-directory.js';
import type { NativeBatches, NativeLine } from '../providers/native-batches.js';
import { ProviderFailure } from '../providers/provider-failure.js';
import { batchesOf } from './batches-of.js';

const SUBMIT_MILLISECONDS = 120_000;
/** Others wait for their turn while a long list is made. */
const LINES_PER_BREATH = 25;

/** Makes of lines the requests that would go online, and sends them as one batch. */
@Injectable()
export class SubmitBatchHandler {
  constructor(
    private readonly providers: ProviderDirectory,
    private readonly bodies: BodyClaims,
  ) {}

  /** Never throws for what a provider does. */
  async submit(query: NativeBatchSubmit): Promise<NativeBatchSubmitted> {
    let redact = (words: string): string => words;
    try {
      const recorded = await this.providers.findRecorded(query.target.provider, query.revision);
      redact = (words) => recorded.provider.redact(words);
      const batches = batchesOf(recorded.provider.batches, query.target.provider);
      const requests = decodeRequestBundle(await this.bodies.get(query.claim));
      const { lines, left } = await this.linesOf(requests, { query, recorded, batches });
      if (lines.length === 0) {
        return { outcome: 'refused', message: 'none of the requests can be part of a batch', mayPass: false };
      }
      const { leastLines = 1 } = batches;
      if (lines.length < leastLines) {
        const message = `${lines.length} requests are too few: a batch of this provider has at least ${leastLines}`;
        return { outcome: 'refused', message, mayPass: false };
      }
      return await this.send(query, { batches, lines, left });
    } catch (error) {
      if (!(error instanceof ProviderFailure)) throw error;
      return { ...outcomeOf(error), message: redact(error.message).slice(0, 500) };
    }
  }

  private async send(
    { name, target: { model } }: NativeBatchSubmit,
    { batches, lines, left }: { batches: NativeBatches; lines: NativeLine[]; left: string[] },
  ): Promise<NativeBatchSubmitted> {
    const signal = AbortSignal.timeout(SUBMIT_MILLISECONDS);
    try {
      return { outcome: 'submitted', remoteId: await batches.submit({ name, model, lines, signal }), left };
    } catch (error) {
      if (!signal.aborted) throw error;
      return { outcome: 'unknown', message: `the batch API took longer than ${SUBMIT_MILLISECONDS} ms` };
    }
  }

  /** All lines of a batch are for one endpoint, that of the first; others, and those that take several calls, are left. */
  private async linesOf(
    requests: readonly BundledRequest[],
    {
      query: { target },
      recorded,
      batches,
    }: { query: NativeBatchSubmit; recorded: RecordedProvider; batches: NativeBatches },
  ): Promise<{ lines: NativeLine[]; left: string[] }> {
    const lines: NativeLine[] = [];
    const left: string[] = [];
    const { signal } = new AbortController();
    let bytes = 0;
    for (const [index, { facts, body }] of requests.entries()) {
      if (index % LINES_PER_BREATH === 0) await breathe();
      const call = { facts, target, body, attempt: 0, signal };
      const request = await recorded.exchange.requestOf(() => recorded.double.call(call));
      const line = request && { customId: facts.requestId, ...request };
      bytes += line?.body.length ?? 0;
      const fits = lines.length < batches.mostLines && bytes <= batches.mostBytes;
      const isAlike = line?.path === (lines[0]?.path ?? line?.path);
      if (line && fits && isAlike && (facts.choices ?? 1) === 1 && batches.takes(line)) lines.push(line);
      else left.push(facts.requestId);
    }
    return { lines, left };
  }
}

/** A refusal that the provider answered with has submitted nothing; of anything else that cannot be known. */
function outcomeOf({
  errorClass,
  status,
}: ProviderFailure): { outcome: 'refused'; mayPass: boolean } | { outcome: 'unknown' } {
  if (errorClass === 'unsupported') return { outcome: 'refused', mayPass: false };
  if (status === undefined || status >= 500 || status === 408) return { outcome: 'unknown' };
  return { outcome: 'refused', mayPass: status === 429 };
}
