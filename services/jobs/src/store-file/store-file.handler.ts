import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type {
  FileCreate,
  FileDeleted,
  FileList,
  FileLocation,
  FileObject,
  FilePage,
  FileRead,
  Made,
} from '#libs/contracts';
import { pageAfter, QueryRefused } from '#libs/messaging';
import { expiryRefusal, isExpiry } from '../create-batch/batch-request.policy.js';
import { IdempotencyKeyRepository } from '../keep-keys/idempotency-key.repository.js';
import { markRepeat } from '../keep-keys/mark-repeat.js';
import { JobLimits } from '../job-limits.js';
import { FileRoom } from './file-room.js';
import { FileRepository, type StoredFile } from './file.repository.js';

/** The purposes of OpenAI's Files API that a caller may give. */
const PURPOSES = ['batch', 'assistants', 'fine-tune', 'vision', 'user_data', 'evals'];

/** Keeps the rows of files whose bytes ingress has put into the blob store. */
@Injectable()
export class StoreFileHandler {
  constructor(
    private readonly files: FileRepository,
    private readonly limits: JobLimits,
    private readonly keys: IdempotencyKeyRepository,
    private readonly room: FileRoom,
  ) {}

  async create(query: FileCreate): Promise<Made<FileObject>> {
    if (!PURPOSES.includes(query.purpose)) {
      throw new QueryRefused({
        status: 400,
        code: 'invalid_purpose',
        message: `'${query.purpose}' is not one of ${PURPOSES.map((purpose) => `'${purpose}'`).join(', ')}`,
        param: 'purpose',
      });
    }
    const { expiresAfterSeconds } = query;
    if (expiresAfterSeconds !== null && !isExpiry(expiresAfterSeconds, this.limits))
      throw new QueryRefused(expiryRefusal('expires_after.seconds', expiresAfterSeconds, this.limits));
    const { caller, idempotencyKey, blobKey: _where, ...content } = query;
    const keyed = { caller, idempotencyKey, content: ['file', content] };
    if ((await this.keys.find(keyed)) === undefined) await this.room.require(query.caller, query.bytes);
    const id = `file-${randomUUID().replaceAll('-', '')}`;
    const file = {
      id,
      organization: query.caller.organization,
      project: query.caller.project,
      filename: query.filename.replaceAll('\0', ''),
      purpose: query.purpose,
      bytes: query.bytes,
      sha256: query.sha256,
      blobKey: query.blobKey,
      expiresAfterSeconds,
    };
    const made = await this.keys.once(keyed, id, (within) => this.files.insert(file, within));
    return markRepeat((await this.locate({ caller, id: made.id })).file, made.isRepeat);
  }

  async locate(query: FileRead): Promise<FileLocation> {
    const file = await this.files.findVisible(query.id, query.caller);
    if (!file) throw unknownFile(query.id);
    return { file: toFileObject(file), blobKey: file.blobKey };
  }

  /** From now on nobody sees it; its bytes go when no batch needs them. */
  async delete(query: FileRead): Promise<FileDeleted> {
    if (!(await this.files.delete(query.id, query.caller))) throw unknownFile(query.id);
    return { id: query.id, object: 'file', deleted: true };
  }

  async list(query: FileList): Promise<FilePage> {
    const found = await this.files.list(query.caller, { ...query, limit: query.limit + 1 });
    const files = await pageAfter(found, { id: query.after }, (id) => this.files.find(id, query.caller));
    const data = files.slice(0, query.limit).map(toFileObject);
    return {
      object: 'list',
      data,
      first_id: data[0]?.id ?? null,
      last_id: data.at(-1)?.id ?? null,
      has_more: files.length > query.limit,
    };
  }
}

/** A file of somebody else is as unknown as one that never was. */
function unknownFile(id: string): QueryRefused {
  return new QueryRefused({
    status: 404,
    code: 'file_not_found',
    message: `No such File object: ${id.slice(0, 100)}`,
    param: 'id',
  });
}

function toFileObject(file: StoredFile): FileObject {
  return {
    id: file.id,
    object: 'file',
    bytes: file.bytes,
    created_at: Math.floor(file.createdAt.getTime() / 1_000),
    ...(file.expiresAt === null ? {} : { expires_at: Math.floor(file.expiresAt.getTime() / 1_000) }),
    filename: file.filename,
    purpose: file.purpose,
    status: 'processed',
  };
}
