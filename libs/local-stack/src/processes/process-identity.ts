import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const START_TIME_FIELD_AFTER_NAME = 19;

/**
 * Names one process for ever: the same pid started later has another identity, so a number found in an old file can
 * be told from the process it once meant. On Linux it is the boot id and the start time of /proc/<pid>/stat (proc(5),
 * field 22), elsewhere the start time that `ps` gives. Undefined when no such process lives.
 */
export function identifyProcess(pid: number): string | undefined {
  return process.platform === 'linux' ? identifyOnLinux(pid) : identifyByPs(pid);
}

function identifyOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may itself hold spaces and brackets: count the fields behind its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${fields[START_TIME_FIELD_AFTER_NAME]}`;
  } catch {
    return undefined;
  }
}

function identifyByPs(pid: number): string | undefined {
  try {
    return (
      execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }).trim() || undefined
    );
  } catch {
    return undefined;
  }
}
