import type { Detection, Detector } from '../detection.js';
import { standsAlone } from '../detectors/surroundings.js';

/** Finds words and phrases of a list, whatever their case, where they stand by themselves; spaces within match any white space. */
export function denyListDetector(words: readonly string[]): Detector {
  const listed = words.map((word) => word.toLowerCase().replace(/\s+/g, ' ').trim()).filter((word) => word !== '');
  return (text) => {
    const lower = text.toLowerCase();
    // Where lower case has another length (İ), places would not fit any more; the text is then compared as it stands.
    const searched = (lower.length === text.length ? lower : text).replace(/\s/g, ' ');
    const found: Detection[] = [];
    for (const word of listed) {
      for (let at = searched.indexOf(word); at !== -1; at = searched.indexOf(word, at + word.length)) {
        const end = at + word.length;
        if (standsAlone(searched, at, end)) found.push({ start: at, end, class: 'custom' });
      }
    }
    return found;
  };
}
