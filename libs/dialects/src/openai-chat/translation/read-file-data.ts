import type { LanguageModelV4FilePart } from '@ai-sdk/provider';
import { DialectError } from '../../dialect-error.js';
import { requireBase64 } from '../../translation/require-base64.js';

const DATA_URL = /^data:([^,]*),/i;
const MEDIA_TYPE_BY_EXTENSION: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
};

/** The bytes of a file and their kind, in the AI SDK's terms. */
export type FileData = Pick<LanguageModelV4FilePart, 'data' | 'mediaType'>;

/**
 * Reads a `data:` or http(s) URL; a URL is not fetched here. `mediaType` is what the field holds where the URL does not say.
 * @throws DialectError 400 for any other text.
 */
export function readUrl(text: string, mediaType: string, param: string): FileData {
  const head = DATA_URL.exec(text);
  if (head) return readDataUrl({ data: text.slice(head[0].length), head: head[1] ?? '', param }, mediaType);
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new DialectError(400, 'invalid_url', `'${param}' must be an http(s) URL or a data: URL.`, param);
  }
  return { data: { type: 'url', url }, mediaType };
}

/** Reads `file_data`: a URL of either kind, or base64 whose kind the file's name or its first bytes tell. */
export function readFileData(text: string, filename: string | undefined, param: string): FileData {
  const byName = MEDIA_TYPE_BY_EXTENSION[/\.(\w+)$/.exec(filename ?? '')?.[1]?.toLowerCase() ?? ''];
  if (/^(?:data:|https?:\/\/)/i.test(text)) return readUrl(text, byName ?? 'application/pdf', param);
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) {
    throw new DialectError(400, 'invalid_file', `'${param}' must be base64 or a data: URL.`, param);
  }
  const mediaType = text.startsWith('JVBERi') ? 'application/pdf' : byName;
  if (mediaType === undefined) {
    const message = `'${param}' does not say what kind of file it is; send a data: URL, or a filename with an extension.`;
    throw new DialectError(400, 'invalid_file', message, param);
  }
  return { data: { type: 'data', data: bytesOf(text, mediaType) }, mediaType };
}

function readDataUrl(
  { data, head, param }: { readonly data: string; readonly head: string; readonly param: string },
  fallback: string,
): FileData {
  const [type = '', ...parameters] = head.split(';').map((word) => word.trim());
  const mediaType = type === '' ? fallback : type.toLowerCase();
  const isBase64 = parameters.some((word) => word.toLowerCase() === 'base64');
  const bytes = isBase64 ? bytesOf(requireBase64(data, param), mediaType) : new Uint8Array(Buffer.from(decoded(data)));
  return { mediaType, data: { type: 'data', data: bytes } };
}

/** Most packages send base64 on as it is; texts they decode, and one takes base64 for the text itself. */
function bytesOf(base64: string, mediaType: string): string | Uint8Array {
  return mediaType.startsWith('text/') ? new Uint8Array(Buffer.from(base64, 'base64')) : base64;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
