import type { DialectFacts } from '../caller-dialect.js';
import { invalidField, MultipartForm } from '../multipart-form/multipart-form.js';
import { audioMilliseconds } from './audio-length.js';

const BYTES_PER_TOKEN = 4;
/** About ten tokens for a second of speech, at the 32 kbit/s of compressed speech: rather too many tokens than too few. */
const AUDIO_BYTES_PER_TOKEN = 400;
/** Of other fields, such as `timestamp_granularities[]`, there may be several. */
const SINGLE_FIELDS = ['model', 'file', 'stream', 'prompt', 'response_format'] as const;
const FORMATS: ReadonlySet<string> = new Set(['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json']);

/**
 * Reads the facts of a transcription request from its form. The content type goes with them, since the body cannot be read
 * without its boundary.
 * @throws DialectError 400 that names the field at fault, 415 for a body that is no form.
 */
export function readTranscriptionFacts(dialect: string, body: Uint8Array, contentType?: string): DialectFacts {
  const wanted = 'the audio with the fields file and model';
  const form = MultipartForm.read({ body, contentType, single: SINGLE_FIELDS, wanted });
  const file = form.required('file');
  const model = form.model();
  if (!file.isFile) throw invalidField('file', 'send the audio as a file with a filename');
  const format = form.text('response_format');
  if (format !== undefined && !FORMATS.has(format)) {
    throw invalidField('response_format', `expected one of ${[...FORMATS].join(', ')}`);
  }
  form.refuseStream();
  const [start, end] = file.content;
  const prompt = form.text('prompt') ?? '';
  return {
    dialect,
    operation: 'transcription',
    model: model.name,
    stream: false,
    usageAsked: false,
    estimatedPromptTokens: Math.ceil((end - start) / AUDIO_BYTES_PER_TOKEN + prompt.length / BYTES_PER_TOKEN),
    units: { audioMilliseconds: audioMilliseconds(body.subarray(start, end)) },
    bodyBytes: body.length,
    contentType: form.contentType,
    spans: { model: model.span },
  };
}
