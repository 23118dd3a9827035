import { Injectable } from '@nestjs/common';
import { v7 } from 'uuid';
import { BlobStore, type StoredBlob } from '#libs/blobs';
import { DialectError } from '#libs/dialects';
import { MessagingError } from '#libs/messaging';
import { HttpLimit } from '../http/http-limits.js';
import { piecesOf } from '../http/stream-large-bodies.js';
import {
  readListedRequest,
  refuseRepeated,
  type ListedRequest,
  type ListedRequestShape,
} from './listed-request.policy.js';
import { RequestListReader } from './request-list-reader.js';

/** Lines are stored in pieces of about so many bytes. */
const PIECE_CHARACTERS = 64 * 1024;

/** How a body with many requests becomes a file with one a line. */
export interface RequestListForm extends ListedRequestShape {
  readonly mostRequests: number;
  /** One line, without its end. `members` are those that stood before the requests. */
  lineOf(request: ListedRequest, members: ReadonlyMap<string, unknown>): string;
}

/** A body that was stored: where, how many requests it holds, and its other members. */
export interface StoredRequests extends StoredBlob {
  readonly blobKey: string;
  readonly requests: number;
  readonly members: ReadonlyMap<string, unknown>;
}

/** Takes a body that holds many requests: it is checked and stored while it comes, and never held. */
@Injectable()
export class RequestListHandler {
  constructor(private readonly blobs: BlobStore) {}

  /**
   * Stores the requests and hands them to `use`; where that fails the bytes are removed again, unless what it did may have taken
   * effect. @throws DialectError 400 or 413 for a body that is not what `form` says, BlobStoreFull, BlobStoreUnavailable.
   */
  async handle<T>(body: unknown, form: RequestListForm, use: (stored: StoredRequests) => Promise<T>): Promise<T> {
    const blobKey = `files/${v7()}`;
    const list = new CheckedList(form);
    try {
      const stored = await this.blobs.write(blobKey, list.lines(piecesOf(body, HttpLimit.requestListBytes)), {
        // A line may be a little longer than its request was.
        maxBytes: 2 * HttpLimit.requestListBytes,
      });
      return await use({ ...stored, blobKey, requests: list.requests, members: list.members });
    } catch (error) {
      // What cannot be removed now belongs to no file, and is found as such later.
      if (!(error instanceof MessagingError)) await this.blobs.remove(blobKey).catch(() => undefined);
      throw error;
    }
  }
}

/** One list on its way: its reader, and the names read so far. */
class CheckedList {
  private readonly reader = new RequestListReader({ requestBytes: HttpLimit.listedRequestBytes });
  private readonly places = new Map<string, number>();

  constructor(private readonly form: RequestListForm) {}

  get requests(): number {
    return this.places.size;
  }

  get members(): ReadonlyMap<string, unknown> {
    return this.reader.members;
  }

  async *lines(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let text = '';
    for await (const piece of pieces) {
      for (const bytes of this.reader.read(piece)) text += `${this.line(bytes)}\n`;
      if (text.length < PIECE_CHARACTERS) continue;
      yield Buffer.from(text);
      text = '';
    }
    this.reader.end();
    if (this.requests === 0)
      throw new DialectError(400, 'invalid_value', 'requests: there must be one at least.', 'requests');
    yield Buffer.from(text);
  }

  private line(bytes: Buffer): string {
    const index = this.places.size;
    if (index === this.form.mostRequests) {
      const { mostRequests } = this.form;
      throw new DialectError(
        400,
        'invalid_value',
        `requests: there are more than ${mostRequests}; send several batches.`,
      );
    }
    const request = readListedRequest(bytes, index, this.form);
    refuseRepeated(request.customId, index, this.places.get(request.customId));
    this.places.set(request.customId, index);
    return this.form.lineOf(request, this.members);
  }
}
