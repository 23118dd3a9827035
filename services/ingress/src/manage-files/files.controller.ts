import { Readable } from 'node:stream';
import { Controller, Delete, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { BlobStore } from '#libs/blobs';
import {
  fileDeletedSchema,
  fileLocationSchema,
  filePageSchema,
  Subject,
  type FileDeleted,
  type FileObject,
  type FilePage,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { z } from 'zod';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { Permit } from '../authenticate/permit.js';
import { idempotencyKeyOf } from '../repeat-request/idempotency-key.js';
import { showMade } from '../repeat-request/show-made.js';
import { readFields } from '../http/read-json.js';
import { byteRangeOf } from './byte-range.policy.js';
import { ReceiveFileHandler } from './receive-file.handler.js';

const pageSchema = z.object({
  purpose: z.string().max(100).optional(),
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(10_000).default(10_000),
  order: z.enum(['asc', 'desc']).default('desc'),
});

/** OpenAI's Files API: upload, read, list, content, delete. Bytes stream, so that size costs no memory. */
@Controller('v1/files')
export class FilesController {
  constructor(
    private readonly messaging: Messaging,
    private readonly blobs: BlobStore,
    private readonly receive: ReceiveFileHandler,
  ) {}

  @Post()
  @Permit('create', 'File')
  @HttpCode(200)
  async upload(
    @Req() request: AuthenticatedRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FileObject> {
    if (!request.isMultipart()) {
      throw new DialectError(
        400,
        'invalid_form',
        'Send the file as multipart/form-data with the fields file and purpose.',
      );
    }
    return showMade(await this.receive.handle(request.caller, request.parts(), idempotencyKeyOf(request)), reply);
  }

  @Get()
  @Permit('read', 'File')
  list(@Req() { caller }: AuthenticatedRequest, @Query() query: unknown): Promise<FilePage> {
    return this.messaging.ask(Subject.fileList, { caller, ...readFields(query, pageSchema) }, filePageSchema);
  }

  @Get(':id')
  @Permit('read', 'File')
  async read(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<FileObject> {
    return (await this.messaging.ask(Subject.fileRead, { caller, id }, fileLocationSchema)).file;
  }

  @Get(':id/content')
  @Permit('read', 'File')
  async content(
    @Req() { caller }: AuthenticatedRequest,
    @Param('id') id: string,
    @Headers('range') header: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { file, blobKey } = await this.messaging.ask(Subject.fileRead, { caller, id }, fileLocationSchema);
    const range = byteRangeOf(header, file.bytes);
    if (range === 'unsatisfiable') {
      reply.header('content-range', `bytes */${file.bytes}`);
      throw new DialectError(
        416,
        'range_not_satisfiable',
        `The file has ${file.bytes} bytes; the range is behind them.`,
      );
    }
    const part = range ?? { offset: 0, length: file.bytes };
    if (range) {
      const last = range.offset + range.length - 1;
      reply.status(206).header('content-range', `bytes ${range.offset}-${last}/${file.bytes}`);
    }
    await reply
      .type('application/octet-stream')
      .header('accept-ranges', 'bytes')
      .header('content-length', part.length)
      .send(Readable.from(this.blobs.read(blobKey, part)));
  }

  @Delete(':id')
  @Permit('delete', 'File')
  delete(@Req() { caller }: AuthenticatedRequest, @Param('id') id: string): Promise<FileDeleted> {
    return this.messaging.ask(Subject.fileDelete, { caller, id }, fileDeletedSchema);
  }
}
