import type { LanguageModelV4FilePart, LanguageModelV4TextPart, SharedV4ProviderOptions } from '@ai-sdk/provider';
import { readFileData, readUrl } from '../../openai-chat/translation/read-file-data.js';
import type { RequestLosses } from '../../translation/request-losses.js';
import type { ContentPart } from './request-shape.js';

type Part = LanguageModelV4TextPart | LanguageModelV4FilePart;

const AUDIO_TYPE: Readonly<Record<string, string>> = { mp3: 'audio/mpeg', wav: 'audio/wav' };

/** Reads a message's content. `path` names it in warnings and errors. @throws DialectError 400 for a URL that is none. */
export function readContent(
  content: string | readonly ContentPart[] | null | undefined,
  path: string,
  losses: RequestLosses,
): Part[] {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return (content ?? []).flatMap((part, index) => {
    const read = readPart(part, `${path}[${index}]`, losses);
    if (!read) {
      const left = { path: `${path}[${index}]`, remedy: remedyFor(part) };
      losses.leaveOut(left, `'${left.path}' (${nameOf(part)}) cannot be carried to this provider and was left out.`);
      return [];
    }
    const options = cacheMark(part, losses);
    return [options ? { ...read, providerOptions: { ...read.providerOptions, ...options } } : read];
  });
}

/** The text of a content, for where nothing but text can stand. */
export function readText(
  content: string | readonly ContentPart[] | null | undefined,
  path: string,
  losses: RequestLosses,
): string {
  const parts = readContent(content, path, losses);
  const other = parts.findIndex(({ type }) => type !== 'text');
  if (other >= 0) {
    const part = { path: `${path}[${other}]`, remedy: 'send text' };
    losses.leaveOut(part, `'${path}' may hold text only; the rest was left out.`);
  }
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

function readPart(part: ContentPart, path: string, losses: RequestLosses): Part | undefined {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: part.text ?? '' };
    case 'refusal':
      return { type: 'text', text: part.refusal ?? '' };
    case 'input_image':
      if (part.detail && part.detail !== 'auto')
        losses.addUnless(['cohere'], "'detail' of images is not known to this provider.");
      return part.image_url ? readImage(part.image_url, part, path) : undefined;
    case 'input_file':
      return readFile(part, path);
    case 'input_audio':
      return part.input_audio && readAudio(part.input_audio);
    default:
      return undefined;
  }
}

function readImage(url: string, { detail }: ContentPart, path: string): LanguageModelV4FilePart {
  const image = { type: 'file' as const, ...readUrl(url, 'image/*', `${path}.image_url`) };
  if (!detail || detail === 'auto') return image;
  return { ...image, providerOptions: { cohere: { detail: detail === 'low' ? 'low' : 'high' } } };
}

function readFile(part: ContentPart, path: string): LanguageModelV4FilePart | undefined {
  const filename = part.filename ?? undefined;
  const named = { type: 'file' as const, ...(filename === undefined ? {} : { filename }) };
  if (part.file_data) return { ...named, ...readFileData(part.file_data, filename, `${path}.file_data`) };
  return part.file_url ? { ...named, ...readUrl(part.file_url, 'application/pdf', `${path}.file_url`) } : undefined;
}

function readAudio({ data, format }: NonNullable<ContentPart['input_audio']>): LanguageModelV4FilePart {
  return { type: 'file', mediaType: AUDIO_TYPE[format] ?? `audio/${format}`, data: { type: 'data', data } };
}

/** A cache mark in the words of the providers that have such marks; the others cache by themselves, or not at all. */
function cacheMark(part: ContentPart, losses: RequestLosses): SharedV4ProviderOptions | undefined {
  if (!part.prompt_cache_breakpoint) return undefined;
  losses.addUnless(['anthropic', 'amazon-bedrock'], "'prompt_cache_breakpoint' marks are not known to this provider.");
  return { anthropic: { cacheControl: { type: 'ephemeral' } }, amazonBedrock: { cachePoint: { type: 'default' } } };
}

function remedyFor({ file_id: fileId }: ContentPart): string {
  return fileId ? 'send the file as base64 or by its URL' : 'send what it says as text';
}

function nameOf({ type, file_id: fileId }: ContentPart): string {
  return fileId ? `${type} by file_id` : type;
}
