import type { ByteSpan } from '#libs/contracts';
import { DialectError } from '../dialect-error.js';

const MOST_PARTS = 64;
const MOST_HEADER_BYTES = 4_096;
const LINE_END = '\r\n';
const CARRIAGE_RETURN = 0x0d;

/** A part of a form: its name, whether it is a file, and where its content stands in the body. */
export interface FormPart {
  readonly name: string;
  readonly isFile: boolean;
  readonly content: ByteSpan;
}

/**
 * Finds the parts of a `multipart/form-data` body (RFC 7578) without copying any. What parsers could read differently, such as a
 * boundary line with something behind it, is refused, so that nobody further on sees another form than was seen here.
 * @throws DialectError 400
 */
export function scanForm(body: Uint8Array, boundary: string): FormPart[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const delimiter = Buffer.from(`\n--${boundary}`, 'latin1');
  const parts: FormPart[] = [];
  let at = endOfFirstDelimiter(bytes, delimiter);
  while (!startsWith(bytes, at, '--')) {
    if (parts.length === MOST_PARTS) throw badForm(`has more than ${MOST_PARTS} parts`);
    const headersStart = endOfLine(bytes, at);
    const headersEnd = bytes.indexOf(`${LINE_END}${LINE_END}`, headersStart - LINE_END.length);
    const start = headersEnd + 2 * LINE_END.length;
    // The line end before a delimiter belongs to it; an empty content may share that of the headers.
    const lineFeed = headersEnd < 0 ? -1 : bytes.indexOf(delimiter, start - 1);
    if (lineFeed < 0) throw badForm('is not complete');
    if (bytes[lineFeed - 1] !== CARRIAGE_RETURN) throw badForm('has a boundary behind a bare line feed');
    if (headersEnd - headersStart > MOST_HEADER_BYTES) throw badForm('has a part with too long headers');
    const headers = bytes.toString('utf8', headersStart, Math.max(headersStart, headersEnd));
    parts.push({ ...readDisposition(headers), content: [start, Math.max(start, lineFeed - 1)] });
    at = lineFeed + delimiter.length;
  }
  if (bytes.toString('latin1', at + 2).trim() !== '') throw badForm('has something behind its end');
  return parts;
}

/** The boundary that a content type names; undefined for a content type that is no form. */
export function boundaryOf(contentType: string): string | undefined {
  const type = /^\s*multipart\/form-data\s*(;.*)$/is.exec(contentType)?.[1];
  if (type === undefined) return undefined;
  const boundary = readParameters(type)?.get('boundary');
  // The characters and the length that RFC 2046 allows.
  return boundary !== undefined && /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/.test(boundary) ? boundary : undefined;
}

function endOfFirstDelimiter(bytes: Buffer, delimiter: Buffer): number {
  const start = startsWith(bytes, 0, LINE_END) ? LINE_END.length : 0;
  const end = start + delimiter.length - 1;
  if (!bytes.subarray(start, end).equals(delimiter.subarray(1))) {
    throw badForm('does not begin with the boundary that its content type names');
  }
  return end;
}

function endOfLine(bytes: Buffer, start: number): number {
  let end = start;
  while (bytes[end] === 0x20 || bytes[end] === 0x09) end++;
  if (!startsWith(bytes, end, LINE_END)) throw badForm('has a boundary line with something behind the boundary');
  return end + LINE_END.length;
}

function startsWith(bytes: Buffer, start: number, text: string): boolean {
  return bytes.toString('latin1', start, start + text.length) === text;
}

function readDisposition(headers: string): Pick<FormPart, 'name' | 'isFile'> {
  const lines = headers.split(LINE_END);
  if (lines.some((line) => /[\r\n\0]/.test(line))) throw badForm('has a part with broken headers');
  const values = lines.flatMap((line) => /^content-disposition\s*:\s*form-data\s*(;.*)$/i.exec(line)?.[1] ?? []);
  const parameters = values.length === 1 ? readParameters(values[0] ?? '') : undefined;
  const name = parameters?.get('name');
  if (!parameters || name === undefined || parameters.has('name*')) throw badForm('has a part without a plain name');
  return { name, isFile: parameters.has('filename') || parameters.has('filename*') };
}

/** The parameters of a header by their lower-case names; undefined where parsers could differ about them. */
function readParameters(text: string): Map<string, string> | undefined {
  if (!/^(?:;\s*[^\s=;"]+=(?:"(?:[^"\\]|\\.)*"|[^\s;"]*)\s*)+;?$/.test(text.trimEnd())) return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = '', quoted, plain = ''] of text.matchAll(
    /;\s*([^\s=;"]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g,
  )) {
    const key = name.toLowerCase();
    if (parameters.has(key)) return undefined;
    parameters.set(key, quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, '$1'));
  }
  return parameters;
}

function badForm(what: string): DialectError {
  return new DialectError(400, 'invalid_form', `The multipart/form-data body ${what}; send a valid form.`);
}
