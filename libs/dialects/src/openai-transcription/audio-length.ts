/** The 32 kbit/s of compressed speech: what has more to the second is taken for longer than it is, rather than for shorter. */
const BYTES_PER_SECOND = 4_000;
const WAVE_HEADER_BYTES = 44;
/** Eight channels of 32 bits at 192 kHz. */
const MOST_WAVE_BYTES_PER_SECOND = 6_144_000;
/** Where the plain header of a WAVE file has the bytes that a second takes. */
const BYTE_RATE_AT = 28;

/**
 * How long an audio file plays, for a provider that does not tell: that of a plain WAVE file by its header, that of all others by
 * their size at 32 kbit/s.
 */
export function audioMilliseconds(file: Uint8Array): number {
  const rate = waveBytesPerSecond(file);
  if (rate === undefined) return Math.ceil((file.length * 1_000) / BYTES_PER_SECOND);
  return Math.ceil(((file.length - WAVE_HEADER_BYTES) * 1_000) / rate);
}

function waveBytesPerSecond(file: Uint8Array): number | undefined {
  if (file.length < WAVE_HEADER_BYTES) return undefined;
  const bytes = Buffer.from(file.buffer, file.byteOffset, WAVE_HEADER_BYTES);
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 16) !== 'WAVEfmt ') return undefined;
  const rate = bytes.readUInt32LE(BYTE_RATE_AT);
  // Callers write headers: one that names an absurd rate must not make an hour of audio cheap.
  return rate >= BYTES_PER_SECOND && rate <= MOST_WAVE_BYTES_PER_SECOND ? rate : undefined;
}
