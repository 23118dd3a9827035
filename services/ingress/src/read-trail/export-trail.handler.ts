import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  logExportBegunSchema,
  logReadReplySchema,
  Subject,
  type Caller,
  type LogExportBegin,
  type LogExportBegun,
  type LogFilter,
  type LogRead,
  type LogReadReply,
} from '#libs/contracts';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { inFormat, TRAIL_FORMATS } from '#libs/trail-formats';
import type { ExportQuery } from './trail-fields.js';

/** A part of a log to be sent. */
interface Part {
  readonly caller: Caller;
  readonly organization: string;
  readonly filter: LogFilter;
  readonly size: number;
  readonly start: number;
}

/**
 * Streams a log. An export is of the log as it was when it began; one that broke off goes on where its file ends, by the size that
 * was told and the sequence that follows.
 */
@Injectable()
export class ExportTrailHandler {
  constructor(private readonly messaging: Messaging) {}

  async handle(caller: Caller, query: ExportQuery, reply: FastifyReply): Promise<void> {
    const { organization = caller.organization, format, size, start, ...filter } = query;
    if ((size === undefined) !== (start === undefined))
      throw new DialectError(400, 'invalid_parameter', 'To go on with an export, give both size and start.', 'start');
    const resumes = size === undefined || start === undefined ? undefined : { size, start };
    const begun = await this.begin({ caller, organization, format, filter, ...(resumes ? { resumes } : {}) });
    const part = { caller, organization, filter, size: begun.size, start: start ?? 0 };
    const form = format === 'ndjson' ? undefined : TRAIL_FORMATS[format];
    const pages = this.pagesOf(part);
    // The first page is read before the head is sent, so that a refusal can still be one.
    const first = await pages.next();
    const head = resumes ? '' : (form?.head ?? headOf(begun, filter));
    const textOf = form ? (lines: readonly string[]) => inFormat(form, lines) : joined;
    await reply
      .type(form?.contentType ?? 'application/x-ndjson')
      .header('switchyard-log-size', part.size)
      .send(Readable.from(textsOf(head, [first, pages], textOf), { objectMode: false }));
  }

  private async begin(query: LogExportBegin): Promise<LogExportBegun> {
    return this.messaging.ask(Subject.auditExportBegin, query, logExportBegunSchema);
  }

  private async *pagesOf({ start: from, ...part }: Part): AsyncGenerator<string[]> {
    let start: number | null = from < part.size ? from : null;
    while (start !== null) {
      const query: LogRead = { ...part, start };
      const page: LogReadReply = await this.messaging.ask(Subject.auditLogRead, query, logReadReplySchema);
      yield page.lines;
      start = page.next;
    }
  }
}

function headOf(begun: LogExportBegun, filter: LogFilter): string {
  return `${JSON.stringify({ object: 'audit.export', version: 1, ...begun, filter })}\n`;
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

async function* textsOf(
  head: string,
  [first, rest]: readonly [IteratorResult<string[]>, AsyncGenerator<string[]>],
  textOf: (lines: readonly string[]) => string,
): AsyncGenerator<string> {
  if (head !== '') yield head;
  if (first.done === true) return;
  yield textOf(first.value);
  for await (const lines of rest) yield textOf(lines);
}
