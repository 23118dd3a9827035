import type { BatchObject, QueueHold } from '#libs/contracts';
import { CliError } from '../cli.error.js';
import { ExitCode } from '../exit-code.js';
import { holdWords } from '../follow-batch/hold-words.policy.js';
import { duration, money } from '../follow-batch/progress.policy.js';

/** What `--json` prints. */
export interface Summary {
  readonly id: string;
  readonly status: string;
  readonly lines: number;
  readonly completed: number;
  readonly failed: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: string;
  /** What batch APIs of providers have saved; null where none was used. */
  readonly savings_usd: string | null;
  readonly seconds: number | null;
  /** What holds a batch back that has not ended; null where nothing does. */
  readonly held_by: QueueHold | null;
  readonly output: string | null;
  readonly errors: string | null;
  readonly problems: readonly { line: number | null; code: string; message: string }[];
}

/** The outcome of a batch and where its files are; `seconds` is null for a batch that somebody else started. */
export function summaryOf(
  batch: BatchObject,
  files: { output: string | undefined; errors: string | undefined },
  seconds: number | null,
): Summary {
  const { total, completed, failed } = batch.request_counts;
  return {
    id: batch.id,
    status: batch.status,
    lines: total,
    completed,
    failed,
    input_tokens: batch.usage?.input_tokens ?? 0,
    output_tokens: batch.usage?.output_tokens ?? 0,
    cost_usd: batch.cost_usd,
    savings_usd: batch.switchyard?.savings_usd ?? null,
    seconds: seconds === null ? null : Math.round(seconds * 10) / 10,
    held_by: batch.queue?.held_by ?? null,
    output: files.output ?? null,
    errors: files.errors ?? null,
    problems: (batch.errors?.data ?? []).map(({ line, code, message }) => ({ line, code, message })),
  };
}

/** The same for people. */
export function describeSummary(summary: Summary): string {
  const { id, status, lines, completed, failed, problems, seconds } = summary;
  const rate = seconds ? ` in ${duration(seconds)} (${((completed + failed) / seconds).toFixed(0)} lines/s)` : '';
  const facts = [
    `Batch ${id}: ${status}${rate}`,
    `  lines   ${lines}: ${completed} answered, ${failed} failed${lines > completed + failed ? `, ${lines - completed - failed} without an answer` : ''}`,
    `  tokens  ${summary.input_tokens} in, ${summary.output_tokens} out`,
    `  cost    ${money(summary.cost_usd)}`,
  ];
  if (summary.held_by !== null) facts.push(`  held    ${holdWords(summary.held_by, Date.now() / 1_000)}`);
  if (summary.savings_usd !== null) facts.push(`  saved   ${money(summary.savings_usd)} by batch APIs of providers`);
  if (summary.output !== null) facts.push(`  output  ${summary.output}`);
  if (summary.errors !== null) facts.push(`  errors  ${summary.errors}`);
  for (const { line, message } of problems.slice(0, 10))
    facts.push(`  ${line === null ? 'file' : `line ${line}`}: ${message}`);
  if (problems.length > 10) facts.push(`  … and ${problems.length - 10} more bad lines`);
  if (status === 'failed')
    facts.push('Nothing of it was sent to anybody. Correct what is named here, and run it again.');
  return facts.join('\n');
}

/** A batch that has not ended yet is no failure. */
export function exitCodeOf(batch: BatchObject): number {
  const { total, completed } = batch.request_counts;
  const isAllWell = batch.status === 'completed' && completed === total;
  return isAllWell || !hasEnded(batch) ? ExitCode.ok : ExitCode.failedLines;
}

/** What "batch results" says where there are none yet. */
export function notEnded({ id, status }: Pick<BatchObject, 'id' | 'status'>): CliError {
  return new CliError(
    `Batch ${id} has not ended (${status}), and has its results when it has: "switchyard batch status ${id} --follow" waits for that.`,
  );
}

/** Only then are there files of answers and errors. */
export function hasEnded({ status }: Pick<BatchObject, 'status'>): boolean {
  return ['completed', 'failed', 'expired', 'cancelled'].includes(status);
}
