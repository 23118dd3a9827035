import { isUtf8 } from 'node:buffer';
import type { ByteSpan } from '#libs/contracts';
import { dialectNamed, DialectError, type CallerDialect, type DialectFacts } from '#libs/dialects';
import { isStorable } from '../create-batch/batch-request.policy.js';
import { batchEndpoint, isMessageBatch } from './batch-endpoints.policy.js';
import { LineError } from './line-error.js';
import { memberSpans } from './member-spans.policy.js';
import { readMessageLine } from './read-message-line.js';

/** One request of an input file: its name, its body exactly as it stands in the file, and the facts of that body. */
export interface BatchLine {
  readonly customId: string;
  readonly body: Uint8Array;
  readonly facts: DialectFacts;
  /** What reads the body. */
  readonly dialect: CallerDialect;
}

const decoder = new TextDecoder();

/**
 * Reads one line of a batch for `endpoint`. Used when the file is validated and again when the line is published, so both see
 * the same. Throws `LineError`. Whether the model exists is left to the caller, since that changes with time.
 */
export function readBatchLine(bytes: Uint8Array, rules: { endpoint: string; customIdCharacters: number }): BatchLine {
  const dialect = dialectNamed(batchEndpoint(rules.endpoint).dialect);
  if (isMessageBatch(rules)) {
    const line = readMessageLine(bytes);
    return { ...line, dialect, facts: readBody(dialect, line.body) };
  }
  if (!isUtf8(bytes)) throw new LineError('invalid_utf8', 'This line is not valid UTF-8.');
  const members = memberSpans(bytes);
  const customId = readCustomId(bytes, members, rules.customIdCharacters);
  requireValue(bytes, members, { name: 'method', value: 'POST', code: 'invalid_method' });
  requireValue(bytes, members, { name: 'url', value: rules.endpoint, code: 'invalid_url' });
  const span = members.get('body');
  if (!span) throw new LineError('missing_required_parameter', `Missing required parameter: 'body'.`, 'body');
  const body = bytes.subarray(span[0], span[1]);
  return { customId, body, dialect, facts: readBody(dialect, body) };
}

function readBody(dialect: CallerDialect, body: Uint8Array): DialectFacts {
  let facts: DialectFacts;
  try {
    facts = dialect.readFacts(body);
  } catch (error) {
    if (!(error instanceof DialectError)) throw error;
    const param = error.param === null ? 'body' : `body.${error.param}`;
    throw new LineError(error.code, error.message, param, { cause: error });
  }
  if (facts.stream) {
    throw new LineError(
      'invalid_value',
      `'stream' must not be true in a batch: its answers are written to a file.`,
      'body.stream',
    );
  }
  return facts;
}

function readCustomId(bytes: Uint8Array, members: ReadonlyMap<string, ByteSpan>, mostCharacters: number): string {
  const customId = valueOf(bytes, members, 'custom_id');
  if (customId === undefined) {
    throw new LineError('missing_required_parameter', `Missing required parameter: 'custom_id'.`, 'custom_id');
  }
  if (typeof customId !== 'string' || customId === '' || customId.length > mostCharacters || !isStorable(customId)) {
    throw new LineError(
      'invalid_custom_id',
      `'custom_id' must be a string of 1 to ${mostCharacters} characters, without NUL and half surrogate pairs.`,
      'custom_id',
    );
  }
  return customId;
}

function requireValue(
  bytes: Uint8Array,
  members: ReadonlyMap<string, ByteSpan>,
  expected: { name: string; value: string; code: string },
): void {
  const found = valueOf(bytes, members, expected.name);
  if (found === undefined) {
    throw new LineError('missing_required_parameter', `Missing required parameter: '${expected.name}'.`, expected.name);
  }
  if (found !== expected.value) {
    throw new LineError(
      expected.code,
      `'${expected.name}' is ${JSON.stringify(found).slice(0, 100)}; in this batch it must be '${expected.value}'.`,
      expected.name,
    );
  }
}

function valueOf(bytes: Uint8Array, members: ReadonlyMap<string, ByteSpan>, name: string): unknown {
  const span = members.get(name);
  if (!span) return undefined;
  try {
    return JSON.parse(decoder.decode(bytes.subarray(span[0], span[1])));
  } catch (error) {
    throw new LineError('invalid_json_line', `The value of '${name}' is not valid JSON.`, name, { cause: error });
  }
}
