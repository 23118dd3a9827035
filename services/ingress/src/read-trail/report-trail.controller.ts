import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  addUpUse,
  AUDIT_REPORTS,
  auditReportPageSchema,
  Subject,
  type AuditReport,
  type AuditReportPage,
  type AuditReportRead,
  type ReportRow,
} from '#libs/contracts';
import { csvOf } from '#libs/csv';
import { DialectError } from '#libs/dialects';
import { Messaging } from '#libs/messaging';
import { formatUsd } from '#libs/pricing';
import type { AuthenticatedRequest } from '../authenticate/caller-key.guard.js';
import { KeyRing } from '../authenticate/key-ring.js';
import { Permit } from '../authenticate/permit.js';
import { PlanGate } from '../authenticate/plan-gate.js';
import { readFields } from '../http/read-json.js';
import { reportQuery } from './trail-fields.js';

const COST = 'cost_nano_usd';
const COST_USD = 'cost_usd';
const MOST_ROWS = 5_000;
/** Of up to 2,000 entries each. */
const MOST_STRETCHES = 50;

/** Ready answers to an auditor's questions. An answer is bounded; where it does not reach the end of its period, it says where to go on. */
@Controller()
export class ReportTrailController {
  constructor(
    private readonly messaging: Messaging,
    private readonly plans: PlanGate,
    private readonly keys: KeyRing,
  ) {}

  @Get('v1/audit/reports')
  @Permit('read', 'AuditEvent')
  names(): unknown {
    return { object: 'list', data: AUDIT_REPORTS.map((name) => ({ object: 'audit.report_name', name })) };
  }

  @Get('v1/audit/reports/:report')
  @Permit('read', 'AuditEvent')
  async report(
    @Req() { caller }: AuthenticatedRequest,
    @Param('report') name: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<unknown> {
    const report = known(name);
    const { format, ...fields } = readFields(query, reportQuery);
    if (format === 'csv') this.plans.require(caller, 'audit-export');
    const { organization, rows, next, unheardOf } = await this.gather({ caller, report, ...fields });
    if (format === 'csv') {
      reply.type('text/csv; charset=utf-8');
      if (next !== null) reply.header('switchyard-next-after', next);
      return csvOf(rows);
    }
    const period = { since: new Date(fields.since).toISOString(), until: new Date(fields.until).toISOString() };
    return {
      object: 'audit.report',
      report,
      organization,
      ...period,
      data: rows,
      has_more: next !== null,
      next_after: next,
      ...(unheardOf ? this.warningOf(organization, unheardOf) : {}),
    };
  }

  /** A key that was misspelt did nothing, and neither did one that exists; the two are told apart. */
  private warningOf(organization: string, { key, project }: NonNullable<AuditReportPage['unheardOf']>): object {
    if (this.keys.hasNamed({ organization, project, name: key })) return {};
    const where = project === undefined ? organization : `${organization}/${project}`;
    return {
      warnings: [`No key '${key}' is known in ${where}: there is none now, and no entry of the trail is of one.`],
    };
  }

  private async gather(query: AuditReportRead): Promise<AuditReportPage> {
    let page = await this.page(query);
    let rows: ReportRow[] = page.rows;
    for (let read = 1; page.next !== null && read < MOST_STRETCHES && rows.length < MOST_ROWS; read += 1) {
      page = await this.page({ ...query, after: page.next, continues: true });
      rows = query.report === 'model-use' ? addUpUse([...rows, ...page.rows]) : [...rows, ...page.rows];
    }
    return { ...page, rows: rows.map(withDollars) };
  }

  private async page(query: AuditReportRead): Promise<AuditReportPage> {
    return this.messaging.ask(Subject.auditReportRead, query, auditReportPageSchema);
  }
}

/** The exact dollars stand before the nano-dollars, where a report has any. */
function withDollars(row: ReportRow): ReportRow {
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      name === COST
        ? [
            [COST_USD, usd(value)],
            [name, value],
          ]
        : [[name, value]],
    ),
  );
}

function usd(nanoUsd: unknown): string {
  return nanoUsd === '' ? '' : formatUsd(BigInt(String(nanoUsd)));
}

function known(name: string): AuditReport {
  const report = AUDIT_REPORTS.find((one) => one === name);
  if (report !== undefined) return report;
  const message = `There is no report '${name.slice(0, 100)}': use one of ${AUDIT_REPORTS.join(', ')}.`;
  throw new DialectError(404, 'report_not_found', message, 'report');
}
