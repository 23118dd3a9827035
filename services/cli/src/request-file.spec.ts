import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readRequest } from './request-file.js';

describe('the file of a request', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'switchyard-request-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const written = (text: string): string => {
    const file = join(folder, 'request.json');
    writeFileSync(file, text);
    return file;
  };

  it('is given as it stands, byte by byte, and as what it says', async () => {
    const { bytes, body } = await readRequest(written('{ "model":\t"sim-small" }\n'));
    expect(Buffer.from(bytes).toString()).toBe('{ "model":\t"sim-small" }\n');
    expect(body).toEqual({ model: 'sim-small' });
  });

  it.each(['', '{', '[]', '"x"', 'null', 'What is 2 + 2?'])(
    'is refused by its name where it holds %j',
    async (text) => {
      await expect(readRequest(written(text))).rejects.toThrow(
        'request.json is not the body of a request: it must be one JSON object.',
      );
    },
  );

  it('is missed by its name', async () => {
    await expect(readRequest(join(folder, 'none.json'))).rejects.toThrow('There is no file');
  });
});
