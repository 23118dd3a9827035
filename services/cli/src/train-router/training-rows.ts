import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { LabelledPrompt } from '#libs/difficulty';
import type { ApiClient } from '../call-api/api-client.js';
import { CliError } from '../cli.error.js';
import { unreadable } from '../file-problems.js';
import { textLines } from '../read-prompts/text-lines.js';
import { feedbackLabels, type FeedbackLabel } from './feedback-labels.js';
import { readTrainingLine, type UnlabelledPrompt } from './training-line.policy.js';

/** Where rows come from. */
export interface RowSource {
  /** A file of JSON lines. */
  readonly data: string;
  /** Only feedback on answers of these targets (`provider/model`) counts; none: that on all. */
  readonly answeredBy: readonly string[];
  /** Asked for only where a row needs feedback, since without it no server and no key is needed. */
  readonly api: () => ApiClient;
  /** Told of the feedback read so far. */
  readonly onFeedback: (read: number) => void;
}

/** Rows that can be learned from, and what became of the others. */
export interface TrainingRows {
  readonly rows: readonly LabelledPrompt[];
  /** Rows whose request has no feedback that counts. */
  readonly withoutFeedback: number;
  /** Rows labelled by feedback, by the target that answered. */
  readonly answeredBy: Readonly<Record<string, number>>;
}

/** Reads and labels all rows. Throws `CliError` for a file that cannot be read, a wrong line, or no row that is left. */
export async function readTrainingRows(source: RowSource): Promise<TrainingRows> {
  const found = await linesOf(source.data);
  const needsFeedback = found.some((row) => 'requestId' in row);
  const labels = needsFeedback
    ? await feedbackLabels(source.api(), source.onFeedback)
    : new Map<string, FeedbackLabel>();
  const rows: LabelledPrompt[] = [];
  const answeredBy: Record<string, number> = {};
  for (const row of found) {
    if (!('requestId' in row)) {
      rows.push(row);
      continue;
    }
    const { requestId, ...rest } = row;
    const label = labels.get(requestId);
    if (label === undefined || !counts(label, source.answeredBy)) continue;
    answeredBy[label.target] = (answeredBy[label.target] ?? 0) + 1;
    rows.push({ ...rest, score: label.score });
  }
  if (rows.length === 0) throw noRows(source, found.length);
  return { rows, withoutFeedback: found.length - rows.length, answeredBy };
}

function counts({ target }: FeedbackLabel, answeredBy: readonly string[]): boolean {
  return answeredBy.length === 0 || answeredBy.includes(target);
}

async function linesOf(path: string): Promise<(LabelledPrompt | UnlabelledPrompt)[]> {
  const details = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!details.isFile()) throw new CliError(`${path} is not a file; name a file of JSON lines with --data.`);
  const rows: (LabelledPrompt | UnlabelledPrompt)[] = [];
  for await (const line of textLines(createReadStream(path)))
    if (line.text.trim() !== '') rows.push(readTrainingLine(line));
  return rows;
}

function noRows({ data, answeredBy }: RowSource, read: number): CliError {
  if (read === 0) return new CliError(`${data} holds no row.`);
  const who = answeredBy.length === 0 ? '' : ` on answers of ${answeredBy.join(', ')}`;
  return new CliError(
    `None of the ${read} requests of ${data} has feedback${who} that this key may see. Give some with POST /v1/feedback, or use the key of their project.`,
  );
}
