import { identifyProcess } from './process-identity.js';
import type { ProcessRecord } from './process-record.js';

const LOOK_EVERY_MILLISECONDS = 50;

/**
 * Ends a process that is not our child (left behind by a launcher that was killed): a polite signal, up to
 * `withinMilliseconds` of patience, then SIGKILL. It signals only while the pid still means the recorded process.
 */
export async function stopRecordedProcess(
  record: ProcessRecord,
  withinMilliseconds: number,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  const deadline = Date.now() + withinMilliseconds;
  if (!signalRecorded(record, signal)) return;
  while (Date.now() < deadline) {
    if (identifyProcess(record.pid) !== record.identity) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MILLISECONDS));
  }
  signalRecorded(record, 'SIGKILL');
}

function signalRecorded({ pid, identity }: ProcessRecord, signal: NodeJS.Signals): boolean {
  if (identifyProcess(pid) !== identity) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
