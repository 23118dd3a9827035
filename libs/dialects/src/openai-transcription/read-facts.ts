import { isUtf8 } from 'node:buffer';
import type { DialectFacts } from '../caller-dialect.js';
import { DialectError } from '../dialect-error.js';
import { boundaryOf, scanForm, type FormPart } from './scan-form.js';

const MOST_MODEL_CHARACTERS = 200;
const MOST_FIELD_BYTES = 64 * 1024;
const BYTES_PER_TOKEN = 4;
/** About ten tokens for a second of speech, at the 32 kbit/s of compressed speech: rather too many tokens than too few. */
const AUDIO_BYTES_PER_TOKEN = 400;
/** Fields that count once; of others, such as `timestamp_granularities[]`, there may be several. */
const SINGLE_FIELDS = ['model', 'file', 'stream', 'prompt', 'response_format'] as const;
const FORMATS: ReadonlySet<string> = new Set(['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json']);

/**
 * Reads the facts of a transcription request from its form. The content type goes with them, since the body cannot be read
 * without its boundary.
 * @throws DialectError 400 that names the field at fault, 415 for a body that is no form.
 */
export function readTranscriptionFacts(dialect: string, body: Uint8Array, contentType = ''): DialectFacts {
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) {
    throw new DialectError(
      415,
      'unsupported_media_type',
      'Send the audio as multipart/form-data with a boundary and the fields file and model.',
    );
  }
  const form = new Form(body, scanForm(body, boundary));
  const [file, model, prompt] = [form.required('file'), form.required('model'), form.text('prompt') ?? ''];
  const name = form.text('model') ?? '';
  if (!file.isFile) throw invalid('file', 'send the audio as a file with a filename');
  if (model.isFile || name === '' || name.length > MOST_MODEL_CHARACTERS) {
    throw invalid('model', `expected a text of 1 to ${MOST_MODEL_CHARACTERS} characters`);
  }
  const format = form.text('response_format');
  if (format !== undefined && !FORMATS.has(format)) {
    throw invalid('response_format', `expected one of ${[...FORMATS].join(', ')}`);
  }
  refuseStream(form.text('stream'));
  const [start, end] = file.content;
  return {
    dialect,
    operation: 'transcription',
    model: name,
    stream: false,
    usageAsked: false,
    estimatedPromptTokens: Math.ceil((end - start) / AUDIO_BYTES_PER_TOKEN + prompt.length / BYTES_PER_TOKEN),
    bodyBytes: body.length,
    contentType: `multipart/form-data; boundary=${/^[\w'+.-]+$/.test(boundary) ? boundary : `"${boundary}"`}`,
    spans: { model: [...model.content] },
  };
}

/** The fields that matter here, each at most once. */
class Form {
  private readonly parts = new Map<string, FormPart>();

  constructor(
    private readonly body: Uint8Array,
    parts: readonly FormPart[],
  ) {
    const single: readonly string[] = SINGLE_FIELDS;
    for (const part of parts) {
      if (!single.includes(part.name)) continue;
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

  required(name: (typeof SINGLE_FIELDS)[number]): FormPart {
    const part = this.parts.get(name);
    if (!part)
      throw new DialectError(400, 'missing_required_parameter', `Missing required parameter: '${name}'.`, name);
    return part;
  }

  text(name: (typeof SINGLE_FIELDS)[number]): string | undefined {
    const part = this.parts.get(name);
    if (!part) return undefined;
    const bytes = this.body.subarray(...part.content);
    if (bytes.length > MOST_FIELD_BYTES) throw invalid(name, `it is longer than ${MOST_FIELD_BYTES} bytes`);
    if (!isUtf8(bytes))
      throw new DialectError(400, 'invalid_encoding', `The field '${name}' is not valid UTF-8.`, name);
    return Buffer.from(bytes).toString('utf8');
  }
}

function refuseStream(stream: string | undefined): void {
  if (stream === undefined || stream === '' || stream.toLowerCase() === 'false') return;
  throw new DialectError(
    400,
    'unsupported_parameter',
    "'stream' is not supported for this address; leave it out and take the whole answer.",
    'stream',
  );
}

function invalid(name: string, why: string): DialectError {
  return new DialectError(400, 'invalid_type', `Invalid value for '${name}': ${why}.`, name);
}
