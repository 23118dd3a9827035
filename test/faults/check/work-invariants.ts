import type { SqlInvariant } from './sql-invariant.js';

const TERMINAL = `('completed', 'failed', 'expired', 'cancelled')`;

/** What must be true of batches, jobs, webhooks and the trail once everything is done. */
export const WORK_INVARIANTS: readonly SqlInvariant[] = [
  {
    name: 'J1',
    says: 'a batch has the times of the states it came through, and no others',
    sql: `SELECT id, status FROM jobs.batches WHERE
        (status = 'completed' AND (completed_at IS NULL OR failed_at IS NOT NULL OR expired_at IS NOT NULL OR cancelled_at IS NOT NULL))
        OR (status = 'failed' AND failed_at IS NULL) OR (status = 'expired' AND expired_at IS NULL)
        OR (status = 'cancelled' AND cancelled_at IS NULL)
        OR (status NOT IN ${TERMINAL} AND num_nonnulls(completed_at, failed_at, expired_at, cancelled_at) > 0)`,
  },
  {
    name: 'J3',
    says: 'a line has one result, and a job one ending',
    sql: `SELECT request_id FROM (SELECT request_id FROM jobs.batch_results
        UNION ALL SELECT request_id FROM jobs.jobs WHERE outcome IS NOT NULL) ended GROUP BY 1 HAVING count(*) > 1`,
  },
  {
    name: 'J5-billing',
    says: 'every charge has its row in the inbox of billing, and the reverse',
    sql: `SELECT coalesce(i.message_id, c.request_id) AS request_id
      FROM (SELECT message_id FROM billing.inbox WHERE consumer = 'billing') i
      FULL JOIN billing.charges c ON c.request_id = i.message_id WHERE i.message_id IS NULL OR c.request_id IS NULL`,
  },
  {
    name: 'J5-audit',
    says: 'every entry of the trail has its row in the inbox of audit, and the reverse',
    sql: `SELECT coalesce(i.message_id, e.request_id) AS id FROM audit.inbox i
      FULL JOIN audit.entries e ON e.request_id = i.message_id WHERE i.message_id IS NULL OR e.request_id IS NULL`,
  },
  {
    name: 'J6',
    says: 'nothing is stranded: all batches and all jobs that are due have ended',
    sql: `SELECT id, status FROM jobs.batches WHERE status NOT IN ${TERMINAL}
      UNION ALL SELECT id, 'unended' FROM jobs.jobs WHERE outcome IS NULL AND run_at < now()`,
  },
  {
    name: 'J8',
    says: 'the lines of an ended batch are all there: completed, failed or in the error file as unfinished',
    sql: `SELECT b.id, b.total_lines, l.lines, b.completed_lines, b.failed_lines, b.unfinished_lines FROM jobs.batches b
      LEFT JOIN LATERAL (SELECT count(*) AS lines, count(DISTINCT custom_id) AS names FROM jobs.batch_lines WHERE batch_id = b.id) l ON true
      WHERE b.status IN ('completed', 'expired', 'cancelled') AND (b.total_lines <> l.lines OR l.names <> l.lines
        OR b.completed_lines + b.failed_lines + b.unfinished_lines <> b.total_lines)`,
  },
  {
    name: 'J8-results',
    says: 'every line of a completed batch has its result, and every result its line and its charge',
    sql: `SELECT l.batch_id, l.line FROM jobs.batch_lines l JOIN jobs.batches b ON b.id = l.batch_id
        LEFT JOIN jobs.batch_results r ON r.batch_id = l.batch_id AND r.line = l.line
        WHERE b.status = 'completed' AND r.line IS NULL
      UNION ALL SELECT r.batch_id, r.line FROM jobs.batch_results r
        LEFT JOIN jobs.batch_lines l ON l.batch_id = r.batch_id AND l.line = r.line
        LEFT JOIN billing.charges c ON c.request_id = r.request_id
        WHERE l.line IS NULL OR c.request_id IS NULL`,
  },
  {
    name: 'J9',
    says: 'the times of a batch follow each other',
    sql: `SELECT id FROM jobs.batches WHERE created_at > coalesce(in_progress_at, created_at)
      OR coalesce(in_progress_at, created_at) > coalesce(finalizing_at, in_progress_at, created_at)
      OR coalesce(finalizing_at, in_progress_at, created_at) > coalesce(completed_at, expired_at, cancelled_at, finalizing_at, in_progress_at, created_at)
      OR expires_at <= created_at`,
  },
  {
    name: 'J10',
    says: 'an object was made under one idempotency key only',
    sql: `SELECT object_id FROM jobs.idempotency_keys GROUP BY 1 HAVING count(*) > 1`,
  },
  {
    name: 'J11',
    says: 'nothing belongs to another tenant than what it came from',
    sql: `SELECT b.id, f.id AS other FROM jobs.batches b JOIN jobs.files f ON f.id IN (b.input_file_id, b.output_file_id, b.error_file_id)
        WHERE (f.organization, f.project) IS DISTINCT FROM (b.organization, b.project)
      UNION ALL SELECT b.id, c.request_id FROM jobs.batches b JOIN billing.charges c ON c.batch_id = b.id
        WHERE (c.organization, c.project) IS DISTINCT FROM (b.organization, b.project)
      UNION ALL SELECT c.request_id, e.organization FROM billing.charges c JOIN audit.entries e USING (request_id)
        WHERE (c.organization, c.project, c.key) IS DISTINCT FROM (e.organization, e.project, e.key)
      UNION ALL SELECT d.id, w.id FROM jobs.webhook_deliveries d JOIN jobs.webhook_endpoints w ON w.id = d.endpoint_id
        WHERE (d.organization, d.project) IS DISTINCT FROM (w.organization, w.project)
      UNION ALL SELECT j.id, c.request_id FROM jobs.jobs j JOIN billing.charges c USING (request_id)
        WHERE (c.organization, c.project) IS DISTINCT FROM (j.organization, j.project)
      UNION ALL SELECT s.request_id, p.id FROM billing.settlements s JOIN billing.budget_periods p ON p.id = s.period_id
        JOIN billing.charges c ON c.request_id = s.request_id WHERE c.organization <> p.organization`,
  },
  {
    name: 'J12',
    says: 'every end of a batch that an endpoint wishes to hear of has a delivery: made, failed for good, or not overdue',
    sql: `SELECT b.id, w.id AS endpoint FROM jobs.batches b
        JOIN jobs.webhook_endpoints w ON (w.organization, w.project) = (b.organization, b.project) AND w.created_at < b.created_at
          AND w.event_types && ARRAY['*', 'batch.*', 'batch.' || b.status]
        WHERE b.status IN ${TERMINAL} AND w.enabled AND NOT EXISTS (SELECT FROM jobs.webhook_deliveries d
          JOIN jobs.webhook_events e ON e.id = d.event_id
          WHERE d.endpoint_id = w.id AND e.type = 'batch.' || b.status AND e.body::json #>> '{data,id}' = b.id)
      UNION ALL SELECT d.id, d.endpoint_id FROM jobs.webhook_deliveries d JOIN jobs.webhook_endpoints w ON w.id = d.endpoint_id
        WHERE d.status = 'pending' AND w.enabled AND d.due_at < now() - interval '120 seconds'`,
  },
  {
    name: 'D5',
    says: 'everything that ended in the durable lane stands in the trail once',
    sql: `SELECT ended.request_id FROM (SELECT request_id FROM jobs.batch_results
        UNION ALL SELECT request_id FROM jobs.jobs WHERE outcome IS NOT NULL) ended
      LEFT JOIN audit.entries e USING (request_id) GROUP BY 1 HAVING count(e.request_id) <> 1`,
  },
];
