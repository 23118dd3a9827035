import type { ByteSpan } from '#libs/contracts';
import { boundaryOf, scanForm } from './scan-form.js';

/** A text of a form and where it stands. */
export interface FormText {
  readonly text: string;
  readonly span: ByteSpan;
}

/**
 * The texts of a `multipart/form-data` body, which are all its fields but for files; undefined for a body that is no form.
 * @throws DialectError 400 for a form that parsers could read differently.
 */
export function formTexts(body: Uint8Array, contentType = ''): FormText[] | undefined {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) return undefined;
  return scanForm(body, boundary)
    .filter(({ isFile, name }) => !isFile && name !== 'model')
    .map(({ content }) => ({ span: content, text: Buffer.from(body.subarray(...content)).toString('utf8') }));
}

/** The form with other texts in the place of its own, one for each of `formTexts`. */
export function withFormTexts(body: Uint8Array, texts: readonly FormText[], to: readonly string[]): Buffer {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const [index, { text, span }] of texts.entries()) {
    const other = to[index] ?? text;
    if (other === text) continue;
    pieces.push(body.subarray(from, span[0]), Buffer.from(other));
    from = span[1];
  }
  return Buffer.concat([...pieces, body.subarray(from)]);
}
