import { DialectError, scanObject } from '#libs/dialects';

const MOST_LEVELS = 66;
const LINE_ENDS = /[\r\n]/g;

/** What a request of a list must look like, beside its name. */
export interface ListedRequestShape {
  /** The member that holds the request itself. */
  readonly bodyName: string;
  /** What names may be, and how to say it. */
  readonly customId: { readonly pattern: RegExp; readonly words: string };
}

/** A request of a list: its name, and its body's own bytes as JSON on one line. */
export interface ListedRequest {
  readonly customId: string;
  readonly body: string;
}

/**
 * Reads one request of a list. Its body is only known to be a JSON object: the rest is for those who know the dialect. Line
 * ends between its tokens become spaces; within texts JSON has none.
 * @throws DialectError 400 that names the request at fault by its place, from 0.
 */
export function readListedRequest(bytes: Buffer, index: number, shape: ListedRequestShape): ListedRequest {
  const { bodyName, customId: names } = shape;
  const place = `requests.${index}`;
  const request = parse(bytes, place);
  const spans = scanObject(bytes, MOST_LEVELS);
  const stranger = [...spans.keys()].find((name) => name !== 'custom_id' && name !== bodyName);
  if (stranger !== undefined) throw invalid(`${place}.${stranger.slice(0, 100)}`, 'there is no such field.');
  const customId = request['custom_id'];
  if (typeof customId !== 'string' || !names.pattern.test(customId)) {
    throw invalid(`${place}.custom_id`, `it must be ${names.words}.`);
  }
  const span = spans.get(bodyName);
  const body = request[bodyName];
  if (!span || typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid(`${place}.${bodyName}`, 'it must be an object.');
  }
  return { customId, body: bytes.toString('utf8', span[0], span[1]).replaceAll(LINE_ENDS, ' ') };
}

/** @throws DialectError 400 for a name that another request of the list has already. */
export function refuseRepeated(customId: string, index: number, firstIndex: number | undefined): void {
  if (firstIndex === undefined) return;
  throw invalid(
    `requests.${index}.custom_id`,
    `'${customId.slice(0, 100)}' is the name of requests.${firstIndex} already; each must have its own.`,
  );
}

function parse(bytes: Buffer, place: string): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown>;
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not valid JSON.' : 'it is not valid UTF-8.';
    throw invalid(place, why, 'invalid_json');
  }
}

function invalid(place: string, what: string, code = 'invalid_value'): DialectError {
  return new DialectError(400, code, `${place}: ${what}`, place);
}
