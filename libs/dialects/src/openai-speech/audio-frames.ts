/** One frame of compressed audio: its size with its header, and how long it plays. */
export interface AudioFrame {
  readonly bytes: number;
  readonly seconds: number;
}

/** In kbit/s by the index in a frame's header: Layer III of MPEG 1, and of MPEG 2 and 2.5. */
const BITRATES_OF_MPEG_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const BITRATES_OF_MPEG_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
/** By the version's two bits; 1 is reserved. */
const MPEG_RATES: Readonly<Record<number, readonly number[]>> = {
  0: [11_025, 12_000, 8_000],
  2: [22_050, 24_000, 16_000],
  3: [44_100, 48_000, 32_000],
};
const MPEG_1 = 3;
const LAYER_III = 1;
const HEADER_BYTES = 4;
const ADTS_HEADER_BYTES = 7;
const ADTS_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];
const SAMPLES_OF_ADTS_BLOCK = 1_024;

/** The frame of MP3 (ISO 11172-3 and 13818-3, Layer III) that begins here; undefined where none does. */
export function mpegFrame(bytes: Buffer, at: number): AudioFrame | undefined {
  if (at + HEADER_BYTES > bytes.length) return undefined;
  const header = bytes.readUInt32BE(at);
  const version = (header >>> 19) & 3;
  const rate = MPEG_RATES[version]?.[(header >>> 10) & 3];
  const isOne = version === MPEG_1;
  const bitrate = (isOne ? BITRATES_OF_MPEG_1 : BITRATES_OF_MPEG_2)[(header >>> 12) & 15];
  if (header >>> 21 !== 0x7ff || ((header >>> 17) & 3) !== LAYER_III) return undefined;
  if (rate === undefined || bitrate === undefined || bitrate === 0) return undefined;
  const samples = isOne ? 1_152 : 576;
  const padding = (header >>> 9) & 1;
  return { bytes: Math.floor((samples / 8) * ((bitrate * 1_000) / rate)) + padding, seconds: samples / rate };
}

/** The frame of AAC in ADTS (ISO 13818-7) that begins here; undefined where none does. */
export function adtsFrame(bytes: Buffer, at: number): AudioFrame | undefined {
  if (at + ADTS_HEADER_BYTES > bytes.length || (bytes.readUInt16BE(at) & 0xfff6) !== 0xfff0) return undefined;
  const rate = ADTS_RATES[(bytes.readUInt8(at + 2) >>> 2) & 15];
  const length = (bytes.readUInt32BE(at + 2) >>> 5) & 0x1fff;
  if (rate === undefined || length < ADTS_HEADER_BYTES) return undefined;
  const blocks = (bytes.readUInt8(at + 6) & 3) + 1;
  return { bytes: length, seconds: (blocks * SAMPLES_OF_ADTS_BLOCK) / rate };
}
