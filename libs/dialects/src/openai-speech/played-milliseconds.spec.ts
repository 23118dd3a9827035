import { describe, expect, it } from '@jest/globals';
import { playedMilliseconds } from './played-milliseconds.js';

const text = (value: string): Buffer => Buffer.from(value, 'latin1');
const little = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
};
const big = (value: bigint): Buffer => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(value);
  return buffer;
};

function wave(bytesPerSecond: number, { told, samples }: { told: number; samples: number }): Buffer {
  const format = Buffer.alloc(16);
  format.writeUInt32LE(bytesPerSecond, 8);
  const list = [text('LIST'), little(3, 4), Buffer.alloc(4)];
  const parts = [text('RIFF'), little(0xffff_ffff, 4), text('WAVEfmt '), little(16, 4), format, ...list];
  return Buffer.concat([...parts, text('data'), little(told, 4), Buffer.alloc(samples)]);
}

/** MPEG 2, Layer III, 64 kbit/s at 24 kHz, as OpenAI's: 192 bytes for 24 ms. */
const mp3 = (frames: number): Buffer =>
  Buffer.concat(
    Array.from({ length: frames }, () => Buffer.concat([Buffer.from([0xff, 0xf3, 0x84, 0xc4]), Buffer.alloc(188)])),
  );
/** ADTS at 24 kHz in frames of 32 bytes, of 1,024 samples each. */
const aac = (frames: number): Buffer =>
  Buffer.concat(
    Array.from({ length: frames }, () =>
      Buffer.concat([Buffer.from([0xff, 0xf1, 0x58, 0x40, 0x04, 0x1f, 0xfc]), Buffer.alloc(25)]),
    ),
  );
const id3 = Buffer.concat([text('ID3'), Buffer.from([4, 0, 0, 0, 0, 1, 2]), Buffer.alloc(130, 0xff)]);

function opus(samples: number, preSkip: number, bytes = 4_000): Buffer {
  const page = (position: number, content: Buffer): Buffer =>
    Buffer.concat([text('OggS'), Buffer.alloc(2), little(position, 6), Buffer.alloc(2), Buffer.alloc(13), content]);
  const head = Buffer.concat([text('OpusHead'), Buffer.from([1, 1]), little(preSkip, 2), Buffer.alloc(7)]);
  return Buffer.concat([page(0, head), page(samples + preSkip, Buffer.alloc(bytes))]);
}

function flac(samples: bigint): Buffer {
  const packed = (24_000n << 44n) | (15n << 36n) | samples;
  return Buffer.concat([text('fLaC'), Buffer.alloc(14), big(packed), Buffer.alloc(16)]);
}

describe('how long the audio of an answer plays', () => {
  it.each([
    ['a WAVE file by its header', wave(48_000, { told: 72_000, samples: 72_000 }), 'audio/wav', 1_500],
    ['a WAVE stream by its size', wave(48_000, { told: 0xffff_ffff, samples: 24_000 }), 'audio/wav', 500],
    ['MP3 by its frames', mp3(50), 'audio/mpeg', 1_200],
    [
      'MP3 after a tag, with rubbish between and at the end',
      Buffer.concat([id3, mp3(10), text('rubbish'), mp3(10), text('TAG')]),
      'audio/mpeg',
      480,
    ],
    ['AAC by its frames', aac(75), 'audio/aac', 3_200],
    ['Opus by its last page', opus(96_000, 312), 'audio/opus', 2_000],
    ['FLAC by its header', flac(36_000n), 'audio/flac', 1_500],
    ['raw samples by their size', Buffer.alloc(24_000), 'audio/pcm', 500],
    ['raw samples of another rate', Buffer.alloc(16_000), 'audio/L16; rate=16000', 500],
    ['a moment, rounded up', Buffer.alloc(2), 'audio/pcm', 1],
  ])('is read of %s', (_what, bytes, contentType, milliseconds) => {
    expect(playedMilliseconds(bytes, contentType)).toBe(milliseconds);
  });

  it.each([
    ['what is no audio it knows', text('something else entirely'), 'audio/mpeg'],
    ['bytes that begin as one frame by accident', Buffer.concat([mp3(1), text('no frame')]), 'audio/mpeg'],
    ['a WAVE file with an absurd rate', wave(1, { told: 9, samples: 9 }), 'audio/wav'],
    ['a WAVE file without samples', wave(48_000, { told: 0, samples: 0 }), 'audio/wav'],
    ['a WAVE file cut in its header', text('RIFF....WAVEfmt '), 'audio/wav'],
    ['Opus of more than its bytes can hold', opus(2 ** 40, 0), 'audio/opus'],
    ['another codec in Ogg', Buffer.concat([text('OggS'), Buffer.alloc(60)]), 'audio/ogg'],
    ['FLAC that does not tell its samples', flac(0n), 'audio/flac'],
    ['FLAC that plays for weeks', flac(68_719_476_735n), 'audio/flac'],
    ['FLAC cut in its header', text('fLaC'), 'audio/flac'],
  ])('is not made up for %s', (_what, bytes, contentType) => {
    expect(playedMilliseconds(bytes, contentType)).toBeUndefined();
  });

  it('is read without failing whatever the bytes are', () => {
    for (const start of [mp3(2), aac(2), opus(960, 0), flac(9n), wave(48_000, { told: 9, samples: 9 }), id3])
      for (let end = 0; end < Math.min(start.length, 300); end += 1)
        expect(() => playedMilliseconds(start.subarray(0, end), 'audio/mpeg')).not.toThrow();
  });
});
