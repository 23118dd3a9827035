import { Injectable } from '@nestjs/common';
import { encodeRequestBundle, type BundledRequest } from '#libs/contracts';
import { BodyClaims } from '#libs/messaging';
import type { Batch } from '../keep-batch/batch.js';
import { LinePublisher } from '../publish-lines/line-publisher.js';
import { OpenInputFiles } from '../publish-lines/open-input-files.js';
import { NativeBatchRepository } from './native-batch.repository.js';
import type { NativeBatch } from './native-batch.js';

/** Puts the requests of lines that are at a provider, or go there, where the worker finds them. */
@Injectable()
export class NativeLinesSource {
  constructor(
    private readonly natives: NativeBatchRepository,
    private readonly files: OpenInputFiles,
    private readonly publisher: LinePublisher,
    private readonly bodies: BodyClaims,
  ) {}

  /** All of its requests, in the order of the input file. Throws where the file is gone. */
  async read(batch: Batch, native: NativeBatch): Promise<BundledRequest[]> {
    const numbers = await this.natives.linesOf(native.id);
    const [first] = numbers;
    const last = numbers.at(-1);
    if (first === undefined || last === undefined) return [];
    const wanted = new Set(numbers);
    const requests: BundledRequest[] = [];
    for await (const line of this.files.readOnce(batch, first, last - first + 1)) {
      const request = wanted.has(line.line) ? this.publisher.bundledRequestOf(batch, line) : undefined;
      if (request) requests.push(request);
    }
    return requests;
  }

  /** Does something with requests that are in the bucket meanwhile. */
  async claimed<T>(id: string, requests: readonly BundledRequest[], work: (claim: string) => Promise<T>): Promise<T> {
    const claim = `lines-${id}`;
    await this.bodies.put(claim, encodeRequestBundle(requests));
    try {
      return await work(claim);
    } finally {
      await this.bodies.remove(claim).catch(() => undefined);
    }
  }
}
