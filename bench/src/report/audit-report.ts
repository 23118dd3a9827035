import { recordedOnOneCore, type AuditFigures } from '../audit/audit-figures.js';
import { figure, table } from './table.js';

export function auditSection(audit: AuditFigures): string[] {
  const { eventsPerSecond, auditMicroseconds, postgresMicroseconds, callerP50, proofs, verified } = audit;
  return [
    '## Audit: a backlog of events, Postgres durable; callers beside it; proofs over HTTP; a log verified by the command line',
    table(
      ['events per second', 'audit, CPU µs', 'Postgres, CPU µs', 'events for a second of CPU of both'],
      [[eventsPerSecond, auditMicroseconds, postgresMicroseconds, recordedOnOneCore(audit)].map(figure)],
    ),
    table(
      ['p50 at 200/s without audit, ms', 'with', 'median of the differences'],
      [[callerP50.without, callerP50.within, callerP50.added].map(figure)],
    ),
    table(['entries of the log', 'proof, p50, ms', 'p99'], [[proofs.entries, proofs.p50, proofs.p99].map(figure)]),
    table(
      ['entries verified', 'seconds', 'seconds for the export before'],
      [[verified.entries, verified.seconds, verified.exportSeconds].map(figure)],
    ),
  ];
}
