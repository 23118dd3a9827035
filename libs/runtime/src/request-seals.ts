import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { Undeliverable } from '#libs/messaging';
import { HmacKey, isRequestSeal, requestSeal, type SealedRequest } from '#libs/secrets';
import { Settings } from './settings.js';

const KEY_BYTES = 32;

/**
 * Marks requests where they are accepted, and knows them again where their ends are recorded, so that whoever calls providers cannot
 * make up requests. The key is with those who accept and record, and not with workers. Without a key nothing is marked or asked for.
 */
@Injectable()
export class RequestSeals {
  private readonly key: HmacKey | undefined;

  /** @throws Error where the file of the key cannot be read or holds none */
  constructor({ requestSealFile }: Pick<Settings, 'requestSealFile'>) {
    if (requestSealFile === undefined) return;
    const bytes = Buffer.from(readFileSync(requestSealFile, 'ascii').trim(), 'base64');
    if (bytes.length !== KEY_BYTES)
      throw new Error(
        `${requestSealFile} must hold the base64 of ${KEY_BYTES} bytes: openssl rand -base64 32 makes one`,
      );
    this.key = new HmacKey(bytes);
  }

  /** The facts of a request, or its terminal event, with its seal. */
  sealed<Request extends SealedRequest>(request: Request): Request & { readonly seal?: string } {
    return this.key ? { ...request, seal: requestSeal(request, this.key) } : request;
  }

  /** Whether somebody here accepted the request; of all where nothing is sealed. */
  isAccepted(request: SealedRequest & { readonly seal?: string | undefined }): boolean {
    return !this.key || isRequestSeal(request.seal, request, this.key);
  }

  /** @throws Undeliverable where one of these ends is of a request that nobody here accepted */
  require(ended: Iterable<SealedRequest & { readonly seal?: string | undefined }>): void {
    for (const event of ended) {
      if (this.isAccepted(event)) continue;
      const { requestId, organization } = event;
      throw new Undeliverable(`the end of ${requestId} of ${organization} has no valid seal: nobody here accepted it`);
    }
  }
}
