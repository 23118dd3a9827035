import type { OutboundError, OutboundProblem } from '#libs/outbound';

interface Codes {
  readonly image: string;
  readonly file: string;
}

const UNREACHABLE: Codes = { image: 'unreachable_file', file: 'unreachable_file' };
const INVALID_URL: Codes = { image: 'invalid_image_url', file: 'invalid_file_url' };
const CODES: Readonly<Record<OutboundProblem, Codes>> = {
  bad_url: INVALID_URL,
  address_refused: INVALID_URL,
  too_large: { image: 'image_too_large', file: 'file_too_large' },
  wrong_type: { image: 'not_an_image', file: 'unsupported_file' },
  unreachable: UNREACHABLE,
  timed_out: UNREACHABLE,
  too_many_redirects: UNREACHABLE,
};

/** What a caller is told of a file that was not fetched: a stable code, and a sentence that ends in the way out. */
export function fetchProblem(error: OutboundError, wanted: string): { code: string; message: string } {
  const what = wanted === 'image' || wanted.startsWith('image/') ? 'image' : 'file';
  const kinds = what === 'image' && error.problem === 'wrong_type' ? ' than a PNG, JPEG, GIF or WebP image' : '';
  return {
    code: CODES[error.problem][what],
    message: `The ${what} cannot be used: ${error.message}${kinds}. Send the ${what} as base64.`,
  };
}
