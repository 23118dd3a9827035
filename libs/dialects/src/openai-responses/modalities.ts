import type { Modality } from '#libs/contracts';
import { gatherPieces, modalityOfFile, type ContentPart, type PromptPieces } from '../body-facts/modalities.js';
import type { ResponsesRequest } from './request-schema.js';

/** What the input of a Responses request holds besides text; undefined where that is nothing. */
export function responsesPieces(input: ResponsesRequest['input']): PromptPieces | undefined {
  if (typeof input === 'string') return undefined;
  let found: PromptPieces | undefined;
  for (const item of input) {
    found = gatherPieces(item.content, modalityOfPart, found);
    // What a tool answered: pieces as in a message, or the picture of a screen.
    if (item.output !== undefined) {
      found = gatherPieces(Array.isArray(item.output) ? item.output : [item.output], modalityOfPart, found);
    }
  }
  return found;
}

function modalityOfPart(part: ContentPart): Modality | undefined {
  switch (part.type) {
    case 'input_image':
    case 'computer_screenshot':
      return 'image';
    case 'input_audio':
      return 'audio';
    case 'input_video':
      return 'video';
    case 'input_file':
      return modalityOfFile(part.file_data);
    default:
      return undefined;
  }
}
