import { MarkCarrier } from '../translation/carried-marks.js';

/** What of other providers' marks travels in a signature or a redacted thought; Anthropic's own have their place there. */
export const messageMarks = new MarkCarrier(
  new Set(['thoughtSignature', 'itemId', 'reasoningEncryptedContent', 'redactedContent']),
);
