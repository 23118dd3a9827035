import type { LanguageModelV4FilePart, LanguageModelV4Prompt } from '@ai-sdk/provider';

/** A file as it was fetched. */
export interface FetchedFile {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** Fetches a file by a URL that came from a caller. Throws `DialectError` 400 for one that must not or cannot be fetched. */
export type FetchFile = (url: URL, how: { signal: AbortSignal; mediaType: string }) => Promise<FetchedFile>;

/** The prompt with every file that the model cannot fetch by itself fetched and put in place of its URL. */
export async function fetchFiles(
  prompt: LanguageModelV4Prompt,
  supportedUrls: Readonly<Record<string, RegExp[]>>,
  { fetchFile, signal }: { readonly fetchFile: FetchFile; readonly signal: AbortSignal },
): Promise<LanguageModelV4Prompt> {
  const fetched = new Map<LanguageModelV4FilePart, Promise<LanguageModelV4FilePart>>();
  for (const message of prompt) {
    if (message.role !== 'user' && message.role !== 'assistant') continue;
    for (const part of message.content) {
      if (part.type !== 'file' || part.data.type !== 'url') continue;
      const { url } = part.data;
      if (isSupported(url, part.mediaType, supportedUrls)) continue;
      fetched.set(part, inPlace(part, fetchFile(url, { signal, mediaType: part.mediaType })));
    }
  }
  if (fetched.size === 0) return prompt;
  const files = new Map<unknown, LanguageModelV4FilePart>();
  for (const [part, file] of fetched) files.set(part, await file);
  const withFiles = <Part>(content: readonly Part[]): Part[] =>
    content.map((part) => (files.get(part) as Part | undefined) ?? part);
  return prompt.map((message) => {
    if (message.role === 'user') return { ...message, content: withFiles(message.content) };
    if (message.role === 'assistant') return { ...message, content: withFiles(message.content) };
    return message;
  });
}

async function inPlace(part: LanguageModelV4FilePart, file: ReturnType<FetchFile>): Promise<LanguageModelV4FilePart> {
  const { bytes, mediaType } = await file;
  return { ...part, mediaType, data: { type: 'data', data: bytes } };
}

/** `supportedUrls` maps media types, such as `image/*` or `*`, to patterns of URLs that the model fetches by itself. */
function isSupported(url: URL, mediaType: string, supportedUrls: Readonly<Record<string, RegExp[]>>): boolean {
  const [top] = mediaType.split('/');
  return ['*', '*/*', mediaType, `${top}/*`].some((type) =>
    supportedUrls[type]?.some((pattern) => pattern.test(url.href)),
  );
}
