import { Injectable } from '@nestjs/common';
import { BlobStore } from '#libs/blobs';
import { Subject } from '#libs/contracts';
import { DurablePublisher } from '#libs/messaging';
import { CheckpointsRepository, type SignedCheckpoint } from './checkpoints.repository.js';
import { Witness } from './witness.js';

const MOST_AT_ONCE = 100;
const MOST_NOTE_BYTES = 64 * 1024;
const SIZE_DIGITS = 16;

/**
 * Takes checkpoints out of the database, where whoever could change the log could change them too: to a stream, to the store of
 * files and, if there is one, to a witness. Each is noted as published when stream and store have it, and sent again until then.
 */
@Injectable()
export class PublishCheckpointsHandler {
  constructor(
    private readonly checkpoints: CheckpointsRepository,
    private readonly publisher: DurablePublisher,
    private readonly blobs: BlobStore,
    private readonly witness: Witness,
  ) {}

  /** Returns how many were published. @throws what kept one from stream or store, or the witness from taking the newest */
  async publish(): Promise<number> {
    const waiting = await this.checkpoints.unpublished(MOST_AT_ONCE);
    for (const checkpoint of waiting) {
      const { organization, size, signedAt, note } = checkpoint;
      const messageId = `checkpoint-${organization}-${size}-${signedAt.getTime()}`;
      await this.blobs.write(blobKeyOf(checkpoint), piecesOf(note), { maxBytes: MOST_NOTE_BYTES });
      await this.publisher.publish(Subject.auditCheckpointed(organization), note, { messageId });
      await this.checkpoints.notePublished(checkpoint);
    }
    // Each checkpoint holds all that those before it held, so that a witness who missed one has missed nothing.
    const newest = [...Map.groupBy(waiting, ({ organization }) => organization).values()].map((notes) => notes.at(-1));
    for (const checkpoint of newest) await this.witness.tell(checkpoint?.note ?? '');
    return waiting.length;
  }
}

/** `audit/<organization>/checkpoints/<size>-<time>.txt`, in the order of the log. */
export function blobKeyOf({ organization, size, signedAt }: SignedCheckpoint): string {
  const name = `${String(size).padStart(SIZE_DIGITS, '0')}-${signedAt.getTime()}.txt`;
  return `audit/${organization}/checkpoints/${name}`;
}

async function* piecesOf(text: string): AsyncIterable<Uint8Array> {
  yield Buffer.from(text);
}
