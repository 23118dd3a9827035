import type { DeadLetter, DeadLetterPage, DeadLetterWithContent } from '#libs/contracts';
import { table } from '../text-table.policy.js';

const MOST_REASON_CHARACTERS = 60;

/** Which letters were asked for, as far as it matters where there are none. */
export interface AskedLetters {
  readonly status: string;
  readonly consumer?: string | undefined;
  readonly after?: string | undefined;
}

/** A page of dead letters for people, with how to see the next one. */
export function describeDeadLetters({ data, has_more: hasMore }: DeadLetterPage, asked: AskedLetters): string {
  if (data.length === 0) return describeNone(asked);
  const rows = [
    ['id', 'status', 'buried at', 'consumer', 'deliveries', 'fault', 'reason'],
    ...data.map((letter) => [
      letter.id,
      letter.status,
      letter.buried_at,
      letter.consumer,
      String(letter.deliveries),
      letter.stack_hash ?? '–',
      shortened(letter.reason),
    ]),
  ];
  const more = hasMore ? [`There are more: --after ${data.at(-1)?.id}`] : [];
  return [...table(rows), ...more].join('\n');
}

function describeNone({ status, consumer, after }: AskedLetters): string {
  const which = status === 'all' ? '' : ` that ${status === 'resting' ? 'rest' : `were ${status}`}`;
  const whose = consumer === undefined ? '' : ` of ${consumer}`;
  const place = after === undefined ? '' : ` after ${after}`;
  return `There are no dead letters${whose}${which}${place}.`;
}

/** One dead letter with its history and content. */
export function describeDeadLetter(letter: DeadLetterWithContent): string {
  const { payload } = letter;
  const fields = [
    ['status', describeEnd(letter)],
    ['reason', letter.reason],
    ['error', `${letter.error_class ?? '–'} (fault ${letter.stack_hash ?? '–'})`],
    ['buried', `by ${letter.consumer} at ${letter.buried_at} after ${letter.deliveries} deliveries`],
    ['came from', `${letter.stream} ${letter.stream_sequence}, ${letter.subject}`],
    ...(letter.redriven_from === null ? [] : [['was before', letter.redriven_from]]),
    ...Object.entries(letter.headers),
  ];
  const content =
    payload === null ? '(dropped when it was settled)' : (payload.text ?? `base64 ${payload.base64 ?? ''}`);
  const more = payload?.truncated ? [`(of ${letter.bytes} bytes)`] : [];
  return [letter.id, ...table(fields), '', content, ...more].join('\n');
}

/** What became of a letter. */
export function describeEnd({ status, settled_at: at, settled_by: by }: DeadLetter): string {
  return status === 'resting' ? status : `${status} by ${by} at ${at}`;
}

function shortened(text: string): string {
  return text.length <= MOST_REASON_CHARACTERS ? text : `${text.slice(0, MOST_REASON_CHARACTERS - 1)}…`;
}
