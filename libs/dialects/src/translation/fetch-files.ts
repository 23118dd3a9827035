import type { LanguageModelV4FilePart, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { DialectError } from '../dialect-error.js';

/** A file as it was fetched. */
export interface FetchedFile {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** Fetches a file by a URL that came from a caller. Throws `DialectError` 400 for one that must not or cannot be fetched. */
export type FetchFile = (url: URL, how: { signal: AbortSignal; mediaType: string }) => Promise<FetchedFile>;

/** How many files are fetched at once; each may take memory up to the limit of one file. */
const AT_ONCE = 4;
/** The most that the files of one request may come to: as translated they are held as a whole, in base64. */
const MOST_MEBIBYTES = 50;

/** The prompt with every file that the model cannot fetch by itself fetched and put in place of its URL. */
export async function fetchFiles(
  prompt: LanguageModelV4Prompt,
  supportedUrls: Readonly<Record<string, RegExp[]>>,
  { fetchFile, signal }: { readonly fetchFile: FetchFile; readonly signal: AbortSignal },
): Promise<LanguageModelV4Prompt> {
  const wanted = filePartsOf(prompt).filter(({ url, part }) => !isSupported(url, part.mediaType, supportedUrls));
  if (wanted.length === 0) return prompt;
  const files = new Map<unknown, LanguageModelV4FilePart>();
  let bytes = 0;
  for (let start = 0; start < wanted.length; start += AT_ONCE) {
    // All of a group are awaited together: a second one that fails must not go unnoticed behind the first.
    const group = wanted.slice(start, start + AT_ONCE);
    const fetched = await Promise.all(
      group.map(({ url, part }) => fetchFile(url, { signal, mediaType: part.mediaType })),
    );
    for (const [index, file] of fetched.entries()) {
      bytes += file.bytes.length;
      const part = group[index]?.part;
      if (part) files.set(part, inPlace(part, file));
    }
    if (bytes > MOST_MEBIBYTES * 1024 ** 2) throw tooMuch();
  }
  const withFiles = <Part>(content: readonly Part[]): Part[] =>
    content.map((part) => (files.get(part) as Part | undefined) ?? part);
  return prompt.map((message) => {
    if (message.role === 'user') return { ...message, content: withFiles(message.content) };
    if (message.role === 'assistant') return { ...message, content: withFiles(message.content) };
    return message;
  });
}

function filePartsOf(prompt: LanguageModelV4Prompt): { part: LanguageModelV4FilePart; url: URL }[] {
  return prompt.flatMap((message) => {
    if (message.role !== 'user' && message.role !== 'assistant') return [];
    return message.content.flatMap((part) =>
      part.type === 'file' && part.data.type === 'url' ? [{ part, url: part.data.url }] : [],
    );
  });
}

function tooMuch(): DialectError {
  const message = `The files named by URL come to more than ${MOST_MEBIBYTES} MiB together; send fewer or smaller ones.`;
  return new DialectError(400, 'files_too_large', message);
}

function inPlace(part: LanguageModelV4FilePart, { bytes, mediaType }: FetchedFile): LanguageModelV4FilePart {
  return { ...part, mediaType, data: { type: 'data', data: bytes } };
}

/** `supportedUrls` maps media types, such as `image/*` or `*`, to patterns of URLs that the model fetches by itself. */
function isSupported(url: URL, mediaType: string, supportedUrls: Readonly<Record<string, RegExp[]>>): boolean {
  const [top] = mediaType.split('/');
  return ['*', '*/*', mediaType, `${top}/*`].some((type) =>
    supportedUrls[type]?.some((pattern) => pattern.test(url.href)),
  );
}
