import { isUtf8 } from 'node:buffer';
import type { ByteSpan } from '#libs/contracts';
import { DialectError } from '../dialect-error.js';
import { boundaryOf, scanForm, type FormPart } from './scan-form.js';

const MOST_MODEL_CHARACTERS = 200;
const MOST_FIELD_BYTES = 64 * 1024;

/** A form as it came, and what is to be read of it. */
export interface FormToRead<Name extends string> {
  readonly body: Uint8Array;
  /** Of the HTTP request. */
  readonly contentType: string | undefined;
  /** Fields that count once; of others there may be several. */
  readonly single: readonly Name[];
  /** What callers who send no form are told to send. */
  readonly wanted: string;
}

/** The fields of a `multipart/form-data` body that matter, each at most once, by where they stand in the bytes. */
export class MultipartForm<Name extends string> {
  private readonly parts = new Map<string, FormPart>();

  private constructor(
    private readonly body: Uint8Array,
    /** Goes on with the body, which cannot be read without its boundary. */
    readonly contentType: string,
    private readonly all: readonly FormPart[],
  ) {}

  /** @throws DialectError 415 for a body that is no form, 400 for a form that could be read in two ways. */
  static read<Name extends string>({ body, contentType = '', single, wanted }: FormToRead<Name>): MultipartForm<Name> {
    const boundary = boundaryOf(contentType);
    if (boundary === undefined) {
      const message = `Send ${wanted} as multipart/form-data with a boundary.`;
      throw new DialectError(415, 'unsupported_media_type', message);
    }
    const type = `multipart/form-data; boundary=${/^[\w'+.-]+$/.test(boundary) ? boundary : `"${boundary}"`}`;
    const form = new MultipartForm<Name>(body, type, scanForm(body, boundary));
    const counted: readonly string[] = single;
    for (const part of form.all) if (counted.includes(part.name)) form.keep(part);
    return form;
  }

  /** The model that is named, and where its name stands. @throws DialectError */
  model(this: MultipartForm<Name | 'model'>): { readonly name: string; readonly span: ByteSpan } {
    const part = this.required('model');
    const name = this.text('model') ?? '';
    if (part.isFile || name === '' || name.length > MOST_MODEL_CHARACTERS) {
      throw invalidField('model', `expected a text of 1 to ${MOST_MODEL_CHARACTERS} characters`);
    }
    return { name, span: [...part.content] };
  }

  /** @throws DialectError 400 for a field that is not there. */
  required(name: Name): FormPart {
    const part = this.parts.get(name);
    if (!part) throw missingField(name);
    return part;
  }

  /** @throws DialectError 400 for a field that is no text. */
  text(name: Name): string | undefined {
    const part = this.parts.get(name);
    if (!part) return undefined;
    const bytes = this.body.subarray(...part.content);
    if (bytes.length > MOST_FIELD_BYTES) throw invalidField(name, `it is longer than ${MOST_FIELD_BYTES} bytes`);
    if (!isUtf8(bytes))
      throw new DialectError(400, 'invalid_encoding', `The field '${name}' is not valid UTF-8.`, name);
    return Buffer.from(bytes).toString('utf8');
  }

  /** Every part of these names, in their order. */
  named(...names: readonly string[]): FormPart[] {
    return this.all.filter(({ name }) => names.includes(name));
  }

  /** For addresses that give whole answers only. @throws DialectError 400 */
  refuseStream(this: MultipartForm<Name | 'stream'>): void {
    const stream = this.text('stream');
    if (stream === undefined || stream === '' || stream.toLowerCase() === 'false') return;
    throw new DialectError(
      400,
      'unsupported_parameter',
      "'stream' is not supported for this address; leave it out and take the whole answer.",
      'stream',
    );
  }

  private keep(part: FormPart): void {
    if (this.parts.has(part.name)) {
      throw new DialectError(
        400,
        'duplicate_field',
        `The field '${part.name}' appears twice; send it once.`,
        part.name,
      );
    }
    this.parts.set(part.name, part);
  }
}

/** The refusal of a form without a field. */
export function missingField(name: string): DialectError {
  return new DialectError(400, 'missing_required_parameter', `Missing required parameter: '${name}'.`, name);
}

/** The refusal of a field that is not as it must be; `why` ends the sentence. */
export function invalidField(name: string, why: string): DialectError {
  return new DialectError(400, 'invalid_type', `Invalid value for '${name}': ${why}.`, name);
}
