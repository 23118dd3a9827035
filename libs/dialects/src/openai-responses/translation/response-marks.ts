import { MarkCarrier } from '../../translation/carried-marks.js';

/** What of other providers' marks travels in encrypted reasoning; OpenAI's own has its place there. */
export const responseMarks = new MarkCarrier(
  new Set(['signature', 'redactedData', 'redactedContent', 'thoughtSignature']),
);
