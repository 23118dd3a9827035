import type { LanguageModelV4FilePart, LanguageModelV4TextPart } from '@ai-sdk/provider';
import { DialectError } from '../../dialect-error.js';
import type { RequestLosses } from '../../translation/request-losses.js';
import { cacheMark } from './cache-mark.js';
import { readFileData, readUrl } from './read-file-data.js';
import type { UserContent, UserPart } from './request-shape.js';

type Part = LanguageModelV4TextPart | LanguageModelV4FilePart;
type PartOf<Type extends UserPart['type']> = Extract<UserPart, { type: Type }>;

const AUDIO_MEDIA_TYPES: Readonly<Record<string, string>> = { mp3: 'audio/mpeg', m4a: 'audio/mp4' };

/** Reads the content of a user's message or of a tool's answer. `path` is its place in the request, for errors. */
export function readContent(content: UserContent, path: string, losses: RequestLosses): Part[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return content.flatMap((part, index) => {
    const read = readPart(part, `${path}[${index}]`, losses);
    return read
      ? [{ ...read, providerOptions: { ...read.providerOptions, ...cacheMark(part.cache_control, losses) } }]
      : [];
  });
}

function readPart(part: UserPart, path: string, losses: RequestLosses): Part | undefined {
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.type === 'image_url') return readImage(part, path, losses);
  return part.type === 'file' ? readFile(part, path, losses) : readAudio(part);
}

function readImage({ image_url: image }: PartOf<'image_url'>, path: string, losses: RequestLosses): Part {
  const file = { type: 'file' as const, ...readUrl(image.url, 'image/*', `${path}.image_url.url`) };
  if (!image.detail || image.detail === 'auto') return file;
  losses.addUnless(['cohere'], `'image_url.detail' is not known to this provider.`);
  return { ...file, providerOptions: { cohere: { detail: image.detail === 'low' ? 'low' : 'high' } } };
}

function readAudio({ input_audio: { data, format } }: PartOf<'input_audio'>): Part {
  return {
    type: 'file',
    mediaType: AUDIO_MEDIA_TYPES[format] ?? `audio/${format}`,
    data: { type: 'data', data: data.replace(/^data:[^,]*,/, '') },
  };
}

function readFile({ file }: PartOf<'file'>, path: string, losses: RequestLosses): Part | undefined {
  const filename = file.filename ?? undefined;
  if (!file.file_data) {
    if (!file.file_id) {
      const param = `${path}.file.file_data`;
      throw new DialectError(400, 'missing_required_parameter', `Missing required parameter: '${param}'.`, param);
    }
    const part = { path, remedy: "send the file's bytes as 'file_data'" };
    losses.leaveOut(
      part,
      `'${path}.file.file_id' names a file kept by another provider; send its bytes as 'file_data'.`,
    );
    return undefined;
  }
  return { type: 'file', filename, ...readFileData(file.file_data, filename, `${path}.file.file_data`) };
}
