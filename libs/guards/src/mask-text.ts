import { BUILT_IN_CLASSES } from '#libs/contracts';
import { detectorOf } from './detectors/detect.js';
import { mask } from './masking/mask.js';
import { Placeholders } from './masking/placeholders.js';

const detect = detectorOf(BUILT_IN_CLASSES);

/** A text without what the built-in detectors find, for whoever keeps texts that nobody is to read so much in; marks such as `[EMAIL]` stand in its place. */
export function maskText(text: string): string {
  return mask(text, detect(text), new Placeholders());
}
