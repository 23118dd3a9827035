import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  logExportBegunSchema,
  logReadReplySchema,
  Subject,
  type Caller,
  type LogExportBegun,
  type LogFilter,
  type LogRead,
  type LogReadReply,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import type { ExportQuery } from './trail-fields.js';

/** A part of a log to be sent, and the head before it where it is the first. */
interface Part {
  readonly caller: Caller;
  readonly organization: string;
  readonly filter: LogFilter;
  readonly size: number;
  readonly start: number;
}

/**
 * Streams a log as lines. An export is of the log as it was when it began; one that broke off goes on where its file ends, by the
 * size in its head and the sequence that follows.
 */
@Injectable()
export class ExportTrailHandler {
  constructor(private readonly messaging: Messaging) {}

  async handle(caller: Caller, query: ExportQuery, reply: FastifyReply): Promise<void> {
    const { organization = caller.organization, format, size, start, ...filter } = query;
    if ((size === undefined) !== (start === undefined))
      throw new DialectError(400, 'invalid_parameter', 'To go on with an export, give both size and start.', 'start');
    const begun = size === undefined ? await this.begin({ caller, organization, format, filter }) : undefined;
    const part = { caller, organization, filter, size: begun?.size ?? size ?? 0, start: start ?? 0 };
    const lines = this.linesOf(part, begun);
    // The first page is read before the head is sent, so that a refusal can still be one.
    const first = await lines.next();
    await reply
      .type('application/x-ndjson')
      .header('switchyard-log-size', part.size)
      .send(Readable.from(joined(first, lines), { objectMode: false }));
  }

  private async begin(query: { caller: Caller; organization: string; format: string; filter: LogFilter }) {
    return this.messaging.ask(Subject.auditExportBegin, query, logExportBegunSchema);
  }

  private async *linesOf(part: Part, begun: LogExportBegun | undefined): AsyncGenerator<string> {
    const { caller, organization, filter, size } = part;
    const head = begun && { object: 'audit.export', version: 1, ...begun, filter };
    let text = head ? `${JSON.stringify(head)}\n` : '';
    for (let start: number | null = part.start; start !== null && start < size;) {
      const query: LogRead = { caller, organization, start, size, filter };
      const page: LogReadReply = await this.messaging.ask(Subject.auditLogRead, query, logReadReplySchema);
      yield `${text}${page.lines.join('\n')}\n`;
      text = '';
      start = page.next;
    }
    if (text !== '') yield text;
  }
}

async function* joined(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}
