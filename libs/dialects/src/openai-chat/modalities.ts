import type { Modality } from '#libs/contracts';
import { gatherPieces, modalityOfFile, type ContentPart, type PromptPieces } from '../body-facts/modalities.js';

/** What the messages of a Chat Completions request hold besides text; undefined where that is nothing. */
export function chatPieces(messages: readonly { readonly content?: unknown }[]): PromptPieces | undefined {
  let found: PromptPieces | undefined;
  for (const { content } of messages) {
    if (typeof content !== 'string') found = gatherPieces(content, modalityOfPart, found);
  }
  return found;
}

function modalityOfPart(part: ContentPart): Modality | undefined {
  switch (part.type) {
    case 'image_url':
      return 'image';
    case 'input_audio':
      return 'audio';
    // OpenRouter's.
    case 'video_url':
    case 'input_video':
      return 'video';
    case 'file': {
      const { file } = part;
      return modalityOfFile(typeof file === 'object' && file && 'file_data' in file ? file.file_data : undefined);
    }
    default:
      return undefined;
  }
}
