import type { LabelledPrompt } from '#libs/difficulty';
import { z } from 'zod';
import { CliError } from '../cli.error.js';

/** A prompt whose label is the caller's feedback on the request that it was sent with. */
export interface UnlabelledPrompt {
  readonly prompt: string;
  readonly requestId: string;
  readonly group?: string;
  readonly topic?: string;
}

const FORMS = '{"prompt", "weak", "strong"}, {"prompt", "score"} or {"prompt", "request_id"}';

const QUALITY = 'must be true, false or a number from 0 to 1';
const SCORE = 'must be a number from 0 to 1';
const quality = z.union([z.boolean(), z.number().min(0, QUALITY).max(1, QUALITY)], QUALITY);
const text = z.string('must be a text');
/** Unknown fields are left alone: rows come from elsewhere. Public comparisons call group and topic benchmark and subject. */
const row = z.object({
  prompt: text,
  weak: quality.optional(),
  strong: quality.optional(),
  score: z.number(SCORE).min(0, SCORE).max(1, SCORE).optional(),
  request_id: text.optional(),
  group: text.optional(),
  topic: text.optional(),
  benchmark: text.optional(),
  subject: text.optional(),
});

/** One line of `--data`; labels in the row go before those of feedback. Throws `CliError` that names the line. */
export function readTrainingLine({
  line,
  text: json,
}: {
  line: number;
  text: string;
}): LabelledPrompt | UnlabelledPrompt {
  const parsed = row.safeParse(parseJson(json, line));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') ?? '';
    throw wrong(line, field === '' ? 'is not a JSON object' : `has a wrong "${field}": ${issue?.message}`);
  }
  const { prompt, weak, strong, score, request_id: requestId, benchmark, subject, ...names } = parsed.data;
  const common = { prompt, group: names.group ?? benchmark, topic: names.topic ?? subject };
  if (weak !== undefined && strong !== undefined) return { ...common, weak, strong };
  if (weak !== undefined || strong !== undefined) throw wrong(line, 'has one of "weak" and "strong" without the other');
  if (score !== undefined) return { ...common, score };
  if (requestId !== undefined) return { ...common, requestId };
  throw wrong(line, 'has no label and no "request_id"');
}

function parseJson(json: string, line: number): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw wrong(line, 'is not JSON');
  }
}

function wrong(line: number, what: string): CliError {
  return new CliError(`Line ${line} ${what}. Correct it; a line is ${FORMS}.`);
}
