import { describe, expect, it } from '@jest/globals';
import { googleMending } from './google-mending.js';

const patterns = { 'image/*': [/^https?:\/\/.*$/, /^gs:\/\/.*$/] };
const mended = googleMending('https://proxy.example/v1beta').urls?.(patterns)['image/*'] ?? [];
const isLeftToGemini = (url: string) => mended.some((pattern) => pattern.test(url));

describe('the URLs that are left to Gemini', () => {
  it.each(['https://files.example/picture.png', 'http://files.example/a?b=googleapis.com'])('hold %s', (url) => {
    expect(isLeftToGemini(url)).toBe(true);
  });

  it.each([
    'gs://bucket/secret.png',
    'https://generativelanguage.googleapis.com/v1beta/files/1',
    'https://user@storage.googleapis.com/bucket/secret.png',
    'https://proxy.example/v1beta/files/1',
    'ftp://files.example/picture.png',
  ])('do not hold %s', (url) => {
    expect(isLeftToGemini(url)).toBe(false);
  });
});
