import type { LanguageModelV4File } from '@ai-sdk/provider';

/** A picture that a model made; OpenRouter's extension. */
export interface AnswerImage {
  type: 'image_url';
  image_url: { url: string };
}

/** A picture of an answer; undefined for other files, for which this dialect has no place. */
export function encodeImage({ mediaType, data }: LanguageModelV4File): AnswerImage | undefined {
  if (!mediaType.startsWith('image')) return undefined;
  if (data.type === 'url') return { type: 'image_url', image_url: { url: data.url.href } };
  const base64 = typeof data.data === 'string' ? data.data : Buffer.from(data.data).toString('base64');
  return { type: 'image_url', image_url: { url: `data:${mediaType};base64,${base64}` } };
}
