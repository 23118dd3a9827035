import { describe, expect, it } from '@jest/globals';
import { guardedFetch } from './guarded-fetch.js';

describe('the fetch of a package that also gets files of callers', () => {
  const own: string[] = [];
  const foreign: string[] = [];
  const fetch = guardedFetch(
    'https://europe-west4-aiplatform.googleapis.com/v1beta1/projects/p',
    async (input) => {
      own.push(input as string);
      return Response.json({});
    },
    async (url) => {
      foreign.push(url.href);
      return { bytes: Buffer.from('picture'), mediaType: 'image/png' };
    },
  );

  it("calls the provider's own address by itself", async () => {
    await fetch('https://europe-west4-aiplatform.googleapis.com/v1beta1/projects/p/models/m:generateContent');
    expect(own).toHaveLength(1);
    expect(foreign).toEqual([]);
  });

  it.each([
    'https://files.example/picture.png',
    'http://europe-west4-aiplatform.googleapis.com/picture.png',
    'http://169.254.169.254/latest/meta-data',
  ])('leaves %s to the guarded fetcher', async (url) => {
    const answer = await fetch(url);
    expect(foreign.at(-1)).toBe(url);
    expect(answer.headers.get('content-type')).toBe('image/png');
    expect(await answer.text()).toBe('picture');
  });
});
