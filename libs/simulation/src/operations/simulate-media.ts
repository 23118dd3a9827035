import { ChatRequestError } from '../chat/chat-request.js';
import { countTokens } from '../text/tokens.js';
import { jsonAnswer, type OperationAnswer } from './operation-answer.js';
import type { OperationRequest } from './operation-request.js';

/** A PNG of one transparent pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
const MOST_IMAGES = 10;
const TRANSCRIPT = 'This is a simulated transcript.';
const BYTES_PER_TOKEN = 1_000;
const SAMPLES = 800;
const SAMPLES_PER_SECOND = 8_000;
const SILENCE = 0x80;

/** Answers an image request with as many single pixels as were asked for, as base64. */
export function simulateImages({ fields }: OperationRequest, createdSeconds: number): OperationAnswer {
  if (typeof fields.prompt !== 'string') throw new ChatRequestError('prompt must be a string.', 'prompt');
  return imagesFor(fields.prompt, fields.n, createdSeconds);
}

/** Answers a request for variations in the same way; it has no prompt. */
export function simulateImageVariations({ fields }: OperationRequest, createdSeconds: number): OperationAnswer {
  return imagesFor('', fields.n, createdSeconds);
}

function imagesFor(prompt: string, n: unknown, createdSeconds: number): OperationAnswer {
  const count = n === undefined || n === null ? 1 : Number(n);
  if (!Number.isInteger(count) || count < 1 || count > MOST_IMAGES) {
    throw new ChatRequestError(`n must be a whole number from 1 to ${MOST_IMAGES}.`, 'n');
  }
  const promptTokens = countTokens(prompt);
  const data = Array.from({ length: count }, () => ({ b64_json: PIXEL }));
  const usage = { input_tokens: promptTokens, output_tokens: count, total_tokens: promptTokens + count };
  return jsonAnswer({ created: createdSeconds, data, output_format: 'png', usage }, promptTokens, count);
}

/** Answers a speech request with a tenth of a second of silence, as WAV whatever was asked for. */
export function simulateSpeech({ fields }: OperationRequest): OperationAnswer {
  if (typeof fields.input !== 'string') throw new ChatRequestError('input must be a string.', 'input');
  const usage = { promptTokens: countTokens(fields.input), completionTokens: 0 };
  return { contentType: 'audio/wav', body: silentWav(), usage };
}

/** Answers a transcription request with one sentence, in the format that was asked for. */
export function simulateTranscription({ fields, bodyBytes }: OperationRequest): OperationAnswer {
  const promptTokens = Math.ceil(bodyBytes / BYTES_PER_TOKEN);
  const completionTokens = countTokens(TRANSCRIPT);
  const usage = { promptTokens, completionTokens };
  const text = (contentType: string, content: string): OperationAnswer => ({
    contentType,
    body: Buffer.from(content),
    usage,
  });
  switch (fields.response_format) {
    case 'text':
      return text('text/plain; charset=utf-8', `${TRANSCRIPT}\n`);
    case 'srt':
      return text('application/x-subrip', `1\n00:00:00,000 --> 00:00:01,000\n${TRANSCRIPT}\n\n`);
    case 'vtt':
      return text('text/vtt', `WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n${TRANSCRIPT}\n\n`);
    case 'verbose_json': {
      const segments = [{ id: 0, seek: 0, start: 0, end: 1, text: TRANSCRIPT, tokens: [], temperature: 0 }];
      const transcript = { task: 'transcribe', language: 'english', duration: 1, text: TRANSCRIPT, segments };
      return jsonAnswer({ ...transcript, usage: { type: 'duration', seconds: 1 } }, promptTokens, completionTokens);
    }
    default: {
      const total = promptTokens + completionTokens;
      const tokens = {
        type: 'tokens',
        input_tokens: promptTokens,
        output_tokens: completionTokens,
        total_tokens: total,
      };
      return jsonAnswer({ text: TRANSCRIPT, usage: tokens }, promptTokens, completionTokens);
    }
  }
}

/** RIFF with one channel of unsigned 8-bit PCM. */
function silentWav(): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + SAMPLES, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLES_PER_SECOND, 24);
  header.writeUInt32LE(SAMPLES_PER_SECOND, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(SAMPLES, 40);
  return Buffer.concat([header, Buffer.alloc(SAMPLES, SILENCE)]);
}
