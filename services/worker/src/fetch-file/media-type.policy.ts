interface Signature {
  readonly mediaType: string;
  readonly matches: (head: Uint8Array) => boolean;
}

const ascii = (head: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...head.subarray(start, end));

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];
const startsWith = (head: Uint8Array, bytes: readonly number[]): boolean =>
  bytes.every((byte, index) => head[index] === byte);

/** The first bytes of the files that models take, as their formats define them. */
const SIGNATURES: readonly Signature[] = [
  { mediaType: 'image/png', matches: (head) => startsWith(head, PNG) },
  { mediaType: 'image/jpeg', matches: (head) => startsWith(head, JPEG) },
  { mediaType: 'image/gif', matches: (head) => /^GIF8[79]a$/.test(ascii(head, 0, 6)) },
  { mediaType: 'image/webp', matches: (head) => ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 12) === 'WEBP' },
  { mediaType: 'application/pdf', matches: (head) => ascii(head, 0, 5) === '%PDF-' },
];

/** Types whose files have no signature to go by; what the server says of them is believed. */
const BELIEVED: ReadonlySet<string> = new Set(['audio', 'text', 'video']);

/**
 * The type of a file by its first bytes, where it is one that was asked for: `wanted` may be a whole range such as `image/*`.
 * What a server says of its file counts only for sounds, texts and films.
 */
export function mediaTypeOf(wanted: string, head: Uint8Array, contentType: string | undefined): string | undefined {
  const shown = SIGNATURES.find(({ matches }) => matches(head))?.mediaType;
  const [wantedTop = '*'] = wanted.split('/');
  if (shown !== undefined) return isOneOf(shown, wanted) || isImage(shown, wantedTop) ? shown : undefined;
  const said = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const [saidTop = ''] = said.split('/');
  return BELIEVED.has(saidTop) && isOneOf(said, wanted) ? said : undefined;
}

/** An image that is a JPEG and was called a PNG is still an image: its true type goes on. */
function isImage(shown: string, wantedTop: string): boolean {
  return wantedTop === 'image' && shown.startsWith('image/');
}

function isOneOf(mediaType: string, wanted: string): boolean {
  const [top, sub] = wanted.split('/');
  if (top === '*' || wanted === 'application/octet-stream') return true;
  return sub === '*' || sub === undefined ? mediaType.startsWith(`${top}/`) : mediaType === wanted;
}
