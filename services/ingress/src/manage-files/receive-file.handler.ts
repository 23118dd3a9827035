import { Injectable } from '@nestjs/common';
import type { Multipart } from '@fastify/multipart';
import { v7 } from 'uuid';
import { BlobStore, type StoredBlob } from '#libs/blobs';
import { fileObjectSchema, madeSchema, Subject, type Caller, type FileObject, type Made } from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging, MessagingError } from '#libs/messaging';
import { HttpLimit } from '../http/http-limits.js';

interface Received {
  blobKey?: string;
  stored?: StoredBlob;
  filename?: string;
  purpose?: string;
  expiryAnchor?: string;
  expirySeconds?: string;
}

/** Takes an uploaded file: its bytes stream into the blob store, then the jobs service writes its row. */
@Injectable()
export class ReceiveFileHandler {
  constructor(
    private readonly blobs: BlobStore,
    private readonly messaging: Messaging,
  ) {}

  /** @throws DialectError 400 for a form without file or purpose, BlobTooLarge, BlobStoreFull. */
  async handle(caller: Caller, parts: AsyncIterable<Multipart>, idempotencyKey?: string): Promise<Made<FileObject>> {
    const received: Received = {};
    try {
      for await (const part of parts) await this.take(part, received);
      const { blobKey, stored, filename, purpose } = received;
      if (!blobKey || !stored || !filename) throw missing('file', 'the file itself');
      if (!purpose) throw missing('purpose', 'such as "batch"');
      const expiresAfterSeconds = expiryOf(received);
      const command = { caller, filename, purpose, blobKey, ...stored, expiresAfterSeconds, idempotencyKey };
      const made = await this.messaging.ask(Subject.fileCreate, command, madeSchema(fileObjectSchema));
      // The file that was made before has bytes of its own.
      if (made.replayed) await this.blobs.remove(blobKey).catch(() => undefined);
      return made;
    } catch (error) {
      // Where the question was lost the row may have been written all the same, and must not lose its bytes.
      const mayBeStored = error instanceof MessagingError;
      // What cannot be removed now belongs to no file, and is found as such later.
      if (received.blobKey && !mayBeStored) await this.blobs.remove(received.blobKey).catch(() => undefined);
      throw isFormFault(error) ? unreadableForm() : error;
    }
  }

  private async take(part: Multipart, received: Received): Promise<void> {
    if (part.type === 'field') {
      const value = String(part.value).slice(0, 100);
      if (part.fieldname === 'purpose') received.purpose = value;
      if (part.fieldname === 'expires_after[anchor]') received.expiryAnchor = value;
      if (part.fieldname === 'expires_after[seconds]') received.expirySeconds = value;
      return;
    }
    if (part.fieldname !== 'file' || received.blobKey) {
      throw new DialectError(
        400,
        'invalid_form',
        `The form has an unexpected file '${part.fieldname}'; send one file named 'file'.`,
        part.fieldname,
      );
    }
    received.blobKey = `files/${v7()}`;
    received.filename = part.filename.slice(0, 500) || 'file';
    received.stored = await this.blobs.write(received.blobKey, part.file, { maxBytes: HttpLimit.fileBytes });
  }
}

/** How long the file is to be kept, in seconds; the jobs service knows which times there are. */
function expiryOf({ expiryAnchor, expirySeconds }: Received): number | null {
  if (expiryAnchor === undefined && expirySeconds === undefined) return null;
  if (expiryAnchor !== 'created_at') {
    throw new DialectError(
      400,
      'invalid_value',
      "A file expires a while after it was made: send expires_after[anchor] as 'created_at'.",
      'expires_after.anchor',
    );
  }
  if (expirySeconds === undefined || !/^-?\d{1,12}$/.test(expirySeconds)) {
    throw new DialectError(
      400,
      'invalid_value',
      'Send expires_after[seconds] as a whole number of seconds.',
      'expires_after.seconds',
    );
  }
  return Number(expirySeconds);
}

/** Whether the form itself is at fault: broken off or malformed (the parser gives a sentence only), or with too many parts. */
function isFormFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return (
    (typeof code === 'string' && /^FST_(PARTS|FILES|FIELDS)_LIMIT$/.test(code)) || /multipart/i.test(error.message)
  );
}

function unreadableForm(): DialectError {
  return new DialectError(
    400,
    'invalid_form',
    'The form cannot be read: it is broken off, malformed, or has too many parts. Send the fields file and purpose once.',
  );
}

function missing(param: string, what: string): DialectError {
  return new DialectError(400, 'missing_required_parameter', `The form lacks the field '${param}' (${what}).`, param);
}
