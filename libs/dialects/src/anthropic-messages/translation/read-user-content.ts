import type { JSONObject, LanguageModelV4FilePart, LanguageModelV4TextPart } from '@ai-sdk/provider';
import type { z } from 'zod';
import { blockSchemas, readBlock, type AnyBlock } from './block-schemas.js';
import { cacheOptions, withOptions } from './cache-options.js';
import type { LeftOutPart, RequestLosses } from '../../translation/request-losses.js';
import { requireBase64 } from '../../translation/require-base64.js';

/** What a user, or a tool, says to the model. */
export type UserPart = LanguageModelV4TextPart | LanguageModelV4FilePart;

/** A block and where it stands, for errors and warnings. */
export interface PlacedBlock {
  readonly block: AnyBlock;
  readonly path: string;
}

/** Reads one block of a user's words; a block that no other provider understands is left out with a warning. */
export function readUserBlock({ block, path }: PlacedBlock, losses: RequestLosses): UserPart[] {
  switch (block.type) {
    case 'text': {
      const { text, cache_control: mark } = readBlock(blockSchemas.text, block, path);
      return text === '' ? [] : [{ type: 'text', text, ...withOptions(cacheOptions(mark, losses)) }];
    }
    case 'image':
      return readImage({ block, path }, losses);
    case 'document':
      return readDocument({ block, path }, losses);
    case 'search_result': {
      const { title, source, content, cache_control: mark } = readBlock(blockSchemas.searchResult, block, path);
      const text = [`${title} (${source})`, ...content.map((part) => part.text)].join('\n');
      return [{ type: 'text', text, ...withOptions(cacheOptions(mark, losses)) }];
    }
    default:
      losses.leaveOut(
        asText(path),
        `'${path}': a block of type '${block.type}' cannot be carried to this provider and was left out.`,
      );
      return [];
  }
}

function readImage({ block, path }: PlacedBlock, losses: RequestLosses): UserPart[] {
  const { source, cache_control: mark } = readBlock(blockSchemas.image, block, path);
  const options = withOptions(cacheOptions(mark, losses));
  if (source.type === 'file') return withoutStoredFile(path, losses);
  return source.type === 'base64'
    ? [{ type: 'file', mediaType: source.media_type, data: { type: 'data', data: bytesIn(source, path) }, ...options }]
    : [{ type: 'file', mediaType: 'image/*', data: { type: 'url', url: new URL(source.url) }, ...options }];
}

function readDocument({ block, path }: PlacedBlock, losses: RequestLosses): UserPart[] {
  const document = readBlock(blockSchemas.document, block, path);
  const { source, citations, cache_control: mark } = document;
  if (citations?.enabled === true)
    losses.addUnless(['anthropic'], `'${path}.citations' cannot be carried to this provider.`);
  if (source.type === 'file') return withoutStoredFile(path, losses);
  if (source.type === 'text')
    return [{ type: 'text', text: titled(source.data, document), ...withOptions(cacheOptions(mark, losses)) }];
  if (source.type === 'content') {
    const heading = titled('', document);
    return [...(heading === '' ? [] : [{ type: 'text' as const, text: heading }]), ...innerParts(source, path, losses)];
  }
  const file = {
    type: 'file' as const,
    ...(document.title ? { filename: document.title } : {}),
    ...withOptions({ anthropic: aboutDocument(document) }, cacheOptions(mark, losses)),
  };
  return source.type === 'base64'
    ? [{ ...file, mediaType: source.media_type, data: { type: 'data', data: bytesIn(source, path) } }]
    : [{ ...file, mediaType: 'application/pdf', data: { type: 'url', url: new URL(source.url) } }];
}

function bytesIn({ data }: { readonly data: string }, path: string): string {
  return requireBase64(data, `${path}.source.data`);
}

/** What only models of Anthropic are told of a document. */
function aboutDocument({ title, context, citations }: z.infer<typeof blockSchemas.document>): JSONObject {
  return {
    ...(title ? { title } : {}),
    ...(context ? { context } : {}),
    ...(citations?.enabled === true ? { citations: { enabled: true } } : {}),
  };
}

function innerParts(
  { content }: { readonly content: string | readonly AnyBlock[] },
  path: string,
  losses: RequestLosses,
): UserPart[] {
  const blocks: readonly AnyBlock[] = typeof content === 'string' ? [{ type: 'text', text: content }] : content;
  return blocks.flatMap((block, index) => readUserBlock({ block, path: `${path}.source.content[${index}]` }, losses));
}

/** Plain text has no need of a file, and most providers take none of that type. */
function titled(text: string, { title, context }: z.infer<typeof blockSchemas.document>): string {
  return [title, context, text].filter((part) => part).join('\n\n');
}

/** A block that only Anthropic knows. */
export function asText(path: string): LeftOutPart {
  return { path, remedy: 'send what it says as text' };
}

function withoutStoredFile(path: string, losses: RequestLosses): UserPart[] {
  const part = { path, remedy: 'send the file as base64 or by its URL' };
  losses.leaveOut(
    part,
    `'${path}.source': a file stored at Anthropic cannot be carried to this provider and was left out.`,
  );
  return [];
}
