import type { ProcessRecords } from '../processes/process-record.js';
import { stopRecordedProcess } from '../processes/stop-recorded-process.js';

const STOP_WITHIN_MILLISECONDS = 30_000;

/**
 * Ends what an earlier launcher left running because it was killed: services and nats-server by SIGTERM, Postgres by
 * SIGINT (its fast shutdown). Normally they have noticed by themselves and there is nothing to do.
 */
export async function reapOrphans(records: ProcessRecords, report: (line: string) => void): Promise<void> {
  const orphans = await records.living();
  if (orphans.length === 0) return;
  report(
    `ending ${orphans.map(({ name, pid }) => `${name} (${pid})`).join(', ')}, left running by a launcher that was killed`,
  );
  await Promise.all(
    orphans.map(async (orphan) => {
      await stopRecordedProcess(orphan, STOP_WITHIN_MILLISECONDS, orphan.name === 'postgres' ? 'SIGINT' : 'SIGTERM');
      await records.remove(orphan.name);
    }),
  );
}
