import type { Modality } from '#libs/contracts';

/** A piece of a prompt, whatever its dialect. */
export type ContentPart = Readonly<Record<string, unknown>>;

/** What a piece of a prompt holds besides text; undefined for text and whatever is not known. */
export type ModalityOf = (part: ContentPart) => Modality | undefined;

/** What a prompt holds besides text: of which kinds, each once, and how many pieces. */
export interface PromptPieces {
  readonly modalities: Modality[];
  count: number;
}

/** What lists of pieces hold besides text; texts in their place hold none. Adds to `found`, and makes it when needed. */
export function gatherPieces(content: unknown, modalityOf: ModalityOf, found?: PromptPieces): PromptPieces | undefined {
  if (!Array.isArray(content)) return found;
  let all = found;
  for (const part of content as unknown[]) {
    if (typeof part !== 'object' || part === null) continue;
    const modality = modalityOf(part as ContentPart);
    if (modality === undefined) continue;
    all ??= { modalities: [], count: 0 };
    all.count += 1;
    if (!all.modalities.includes(modality)) all.modalities.push(modality);
  }
  return all;
}

/** What a file holds, by the media type that it or its `data:` address names; a document where none is named. */
export function modalityOfFile(mediaTypeOrAddress: unknown): Modality | undefined {
  const text = typeof mediaTypeOrAddress === 'string' ? mediaTypeOrAddress.slice(0, 100) : '';
  const mediaType = text.startsWith('data:') ? text.slice('data:'.length) : text;
  for (const modality of ['image', 'audio', 'video'] as const) {
    if (mediaType.startsWith(`${modality}/`)) return modality;
  }
  return mediaType.startsWith('text/') ? undefined : 'pdf';
}
