import type { Modality } from '#libs/contracts';
import { gatherPieces, modalityOfFile, type ContentPart, type PromptPieces } from '../body-facts/modalities.js';

/** What the messages of a Messages request hold besides text, answers of tools included; undefined where that is nothing. */
export function messagesPieces(messages: readonly { readonly content: unknown }[]): PromptPieces | undefined {
  let found: PromptPieces | undefined;
  for (const { content } of messages) {
    if (!Array.isArray(content)) continue;
    found = gatherPieces(content, modalityOfBlock, found);
    for (const block of content as ContentPart[]) {
      if (block.type === 'tool_result') found = gatherPieces(block.content, modalityOfBlock, found);
    }
  }
  return found;
}

function modalityOfBlock({ type, source }: ContentPart): Modality | undefined {
  if (type === 'image') return 'image';
  if (type !== 'document' || typeof source !== 'object' || source === null) return undefined;
  const { type: kind, media_type: mediaType } = source as { type?: unknown; media_type?: unknown };
  return kind === 'text' || kind === 'content' ? undefined : modalityOfFile(mediaType);
}
