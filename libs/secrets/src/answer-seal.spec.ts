import { describe, expect, it } from '@jest/globals';

import { openAnswer, sealAnswer } from './answer-seal.js';

const secretKey = new Uint8Array(32).fill(7);
const mine = { name: 'demo.abc', secretKey };

describe('a sealed answer', () => {
  it.each([0, 1, 100_000])('of %d bytes opens under its name only', (size) => {
    const bytes = Buffer.alloc(size, 'x');
    const sealed = sealAnswer(bytes, mine);

    expect(openAnswer(sealed, mine)).toEqual(bytes);
    expect(() => openAnswer(sealed, { ...mine, name: 'demo.abd' })).toThrow(/does not open/);
  });

  it('is refused where it was altered or is none', () => {
    const sealed = sealAnswer(Buffer.from('answer'), mine);
    sealed.writeUInt8(sealed.readUInt8(13) ^ 1, 13);

    expect(() => openAnswer(sealed, mine)).toThrow(expect.objectContaining({ code: 'seal_broken' }));
    expect(() => openAnswer(Buffer.alloc(3), mine)).toThrow(expect.objectContaining({ code: 'seal_broken' }));
  });
});
