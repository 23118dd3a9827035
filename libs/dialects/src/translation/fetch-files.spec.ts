import { describe, expect, it } from '@jest/globals';
import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import { fetchFiles, type FetchFile } from './fetch-files.js';

const signal = new AbortController().signal;
const pictures = (...names: string[]): LanguageModelV4Prompt => [
  {
    role: 'user',
    content: names.map((name) => ({
      type: 'file' as const,
      mediaType: 'image/*',
      data: { type: 'url' as const, url: new URL(`https://pictures.example/${name}`) },
    })),
  },
];
const png: FetchFile = async (url) => ({ bytes: Buffer.from(url.pathname), mediaType: 'image/png' });

describe('fetchFiles', () => {
  it('puts files in place of URLs that the model cannot fetch, and leaves the others', async () => {
    const prompt = pictures('a.png', 'b.png');
    const [message] = await fetchFiles(prompt, { 'image/*': [/b\.png$/] }, { fetchFile: png, signal });
    expect(message?.content).toEqual([
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: Buffer.from('/a.png') } },
      pictures('b.png')[0]?.content[0],
    ]);
    expect(await fetchFiles(prompt, { '*': [/./] }, { fetchFile: png, signal })).toBe(prompt);
  });

  it('rejects once when several files fail', async () => {
    const fetchFile: FetchFile = (url) => Promise.reject(new Error(url.pathname));
    await expect(fetchFiles(pictures('a', 'b', 'c'), {}, { fetchFile, signal })).rejects.toThrow('/a');
  });

  it('refuses files that come to too much together', async () => {
    const bytes = Buffer.alloc(11 * 1024 ** 2);
    let fetched = 0;
    const fetchFile: FetchFile = async () => {
      fetched += 1;
      return { bytes, mediaType: 'image/png' };
    };
    const names = Array.from({ length: 40 }, (_, index) => `${index}.png`);
    await expect(fetchFiles(pictures(...names), {}, { fetchFile, signal })).rejects.toMatchObject({
      status: 400,
      code: 'files_too_large',
    });
    expect(fetched).toBeLessThan(10);
  });
});
