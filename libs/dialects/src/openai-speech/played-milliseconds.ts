import { adtsFrame, mpegFrame, type AudioFrame } from './audio-frames.js';

/** OpenAI's raw samples are 16 bits of one channel; the rate where the type does not name another. */
const RAW_BYTES_PER_SAMPLE = 2;
const RAW_SAMPLES_PER_SECOND = 24_000;
const LEAST_RATE = 4_000;
const MOST_RATE = 6_144_000;
const CHUNK_HEADER_BYTES = 8;
const OGG_HEADER_BYTES = 27;
const OPUS_SAMPLES_PER_SECOND = 48_000;
/** A week: more cannot be true of one answer. */
const MOST_SECONDS = 604_800;
const ID3_HEADER_BYTES = 10;
const FLAC_INFO_BYTES = 26;

/**
 * How long the audio of an answer plays, in milliseconds rounded up, for models that are paid by it: WAVE by its header and its
 * size, MP3 and AAC (ADTS) by their frames, Opus in Ogg by the position of its last page, FLAC by its header, raw samples
 * (`audio/pcm`, `audio/L16`) by their size. Undefined for what it cannot read, which is not taken for silence.
 */
export function playedMilliseconds(answer: Uint8Array, contentType: string): number | undefined {
  const bytes = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  const seconds = secondsOf(bytes, contentType);
  return seconds === undefined || seconds <= 0 || seconds > MOST_SECONDS
    ? undefined
    : Math.ceil(Number((seconds * 1_000).toFixed(6)));
}

function secondsOf(bytes: Buffer, contentType: string): number | undefined {
  const raw = /^\s*audio\/(?:pcm|l16)\b(?:.*?;\s*rate=(\d{4,6})\b)?/i.exec(contentType);
  const mark = bytes.toString('latin1', 0, 4);
  if (mark === 'RIFF') return waveSeconds(bytes);
  if (mark === 'OggS') return opusSeconds(bytes);
  if (mark === 'fLaC') return flacSeconds(bytes);
  if (raw) return bytes.length / RAW_BYTES_PER_SAMPLE / Number(raw[1] ?? RAW_SAMPLES_PER_SECOND);
  const start = afterId3(bytes);
  return framesSeconds(bytes, start, mpegFrame) ?? framesSeconds(bytes, start, adtsFrame);
}

/** A stream has no true size in its header: the samples then go to the end. */
function waveSeconds(bytes: Buffer): number | undefined {
  let rate: number | undefined;
  for (let at = 12; at + CHUNK_HEADER_BYTES <= bytes.length;) {
    const name = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    const content = at + CHUNK_HEADER_BYTES;
    if (name === 'fmt ' && content + 12 <= bytes.length) rate = bytes.readUInt32LE(content + 8);
    if (name === 'data') {
      if (rate === undefined || rate < LEAST_RATE || rate > MOST_RATE) return undefined;
      return Math.min(size === 0 ? Infinity : size, bytes.length - content) / rate;
    }
    at = content + size + (size % 2);
  }
  return undefined;
}

function opusSeconds(bytes: Buffer): number | undefined {
  const head = bytes.indexOf('OpusHead', OGG_HEADER_BYTES, 'latin1');
  const last = bytes.lastIndexOf('OggS', undefined, 'latin1');
  if (head < 0 || head + 12 > bytes.length || last + OGG_HEADER_BYTES > bytes.length) return undefined;
  const samples = Number(bytes.readBigInt64LE(last + 6)) - bytes.readUInt16LE(head + 10);
  // A page may last 255 packets of at most 120 ms, and has at least a byte for each.
  const most = bytes.length * 0.12 * OPUS_SAMPLES_PER_SECOND;
  return samples > most ? undefined : samples / OPUS_SAMPLES_PER_SECOND;
}

/** Of a stream the header does not tell how many samples there are. */
function flacSeconds(bytes: Buffer): number | undefined {
  if (bytes.length < FLAC_INFO_BYTES) return undefined;
  const packed = bytes.readBigUInt64BE(18);
  const rate = Number(packed >> 44n);
  const samples = Number(packed & 0xf_ffff_ffffn);
  return rate < LEAST_RATE ? undefined : samples / rate;
}

function afterId3(bytes: Buffer): number {
  if (bytes.length < ID3_HEADER_BYTES || bytes.toString('latin1', 0, 3) !== 'ID3') return 0;
  const size = bytes.subarray(6, ID3_HEADER_BYTES).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  return ID3_HEADER_BYTES + size;
}

/** Frame by frame; what is between two frames (a tag, rubbish) is passed over, and one frame alone is an accident. */
function framesSeconds(
  bytes: Buffer,
  start: number,
  frameAt: (bytes: Buffer, at: number) => AudioFrame | undefined,
): number | undefined {
  const first = frameAt(bytes, start);
  if (!first || !(start + first.bytes === bytes.length || frameAt(bytes, start + first.bytes))) return undefined;
  let seconds = 0;
  for (let at = start; at < bytes.length;) {
    const frame = frameAt(bytes, at);
    seconds += frame?.seconds ?? 0;
    at += frame?.bytes ?? 1;
  }
  return seconds;
}
