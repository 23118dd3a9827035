import type { Detection } from '../detection.js';
import type { Placeholders } from './placeholders.js';

/** How findings are replaced: by marks for good, or by placeholders that can be restored. */
export type MaskManner = 'forGood' | 'for';

/**
 * A text with its findings replaced. `found` must be in the order of the text and without overlaps; `placeholders` remember what
 * was replaced, for as long as they live.
 */
export function mask(
  text: string,
  found: readonly Detection[],
  placeholders: Placeholders,
  manner: MaskManner = 'forGood',
): string {
  if (found.length === 0) return text;
  let masked = '';
  let from = 0;
  for (const { start, end, class: dataClass } of found) {
    masked += text.slice(from, start) + placeholders[manner](text.slice(start, end), dataClass);
    from = end;
  }
  return masked + text.slice(from);
}
