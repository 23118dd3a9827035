import type { ByteSpan, Facts } from '#libs/contracts';
import { withoutMembers } from '../without-members.js';
import { membersOf, withMembers } from './edit-members.js';
import { isCarried } from '../translation/carried-marks.js';

const REASONING = Buffer.from('"reasoning"');
const ENCRYPTED_REASONING = 'reasoning.encrypted_content';

/**
 * The caller's body as it goes to a provider of the same dialect. Replaced are the model's name and `store`: responses are kept
 * here, not there, and so that a kept answer of a reasoning model can be continued, its reasoning is asked for in the encrypted
 * form. What is meant for us, and reasoning that OpenAI would refuse, because it is of another provider's model or nothing but an id are left out. All other
 * bytes stay as they came.
 */
export function responsesProviderBody(
  sent: Uint8Array,
  { ownMembers = [] }: Pick<Facts, 'ownMembers'>,
  model: string,
): Buffer {
  const body = ownMembers.length > 0 ? withoutMembers(sent, ownMembers) : sent;
  const members = membersOf(body);
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const value = <T>(name: string) => valueOf<T>(bytes, members.get(name));
  const edits: Record<string, string> = { model: JSON.stringify(model), store: 'false' };
  const include = value<string[]>('include') ?? [];
  const isKept = value<boolean>('store') !== false;
  if (isKept && value('reasoning') && Array.isArray(include) && !include.includes(ENCRYPTED_REASONING))
    edits.include = JSON.stringify([...include, ENCRYPTED_REASONING]);
  const span = members.get('input');
  const readable = span && bytes.subarray(...span).includes(REASONING) ? readableInput(value('input')) : undefined;
  if (readable) edits.input = JSON.stringify(readable);
  return withMembers(body, members, edits);
}

function valueOf<T>(bytes: Buffer, span: ByteSpan | undefined): T | undefined {
  return span && ((JSON.parse(bytes.subarray(...span).toString('utf8')) as T | null) ?? undefined);
}

/** The input without what OpenAI cannot read; undefined where it can read all of it. */
function readableInput(input: unknown): unknown[] | undefined {
  if (!Array.isArray(input)) return undefined;
  const readable = (input as { type?: unknown; encrypted_content?: unknown }[]).filter(
    ({ type, encrypted_content: encrypted }) =>
      type !== 'reasoning' || (typeof encrypted === 'string' && !isCarried(encrypted)),
  );
  return readable.length === input.length ? undefined : readable;
}
