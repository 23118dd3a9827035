import { describe, expect, it } from '@jest/globals';
import { mediaTypeOf } from './media-type.policy.js';

const FILES = {
  'image/png': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
  'image/jpeg': Buffer.from('ffd8ffe000104a464946000101000001', 'hex'),
  'image/gif': Buffer.from('GIF89a\x01\x00\x01\x00', 'latin1'),
  'image/webp': Buffer.from('RIFF\x24\x00\x00\x00WEBPVP8 ', 'latin1'),
  'application/pdf': Buffer.from('%PDF-1.7\n'),
};
const PAGE = Buffer.from('<!doctype html><html>');

describe('the media type of a fetched file', () => {
  for (const [mediaType, head] of Object.entries(FILES)) {
    it(`is ${mediaType} by its first bytes, whatever the server calls it`, () => {
      const [top] = mediaType.split('/');
      for (const wanted of [mediaType, `${top}/*`, top ?? '', '*/*', 'application/octet-stream'])
        expect(mediaTypeOf(wanted, head, 'text/html')).toBe(mediaType);
    });
  }

  it('is that of the image it is where another image was announced', () => {
    expect(mediaTypeOf('image/png', FILES['image/jpeg'], 'image/png')).toBe('image/jpeg');
  });

  it('is none for a page called an image, a PDF called an image, an image called a PDF, and nothing at all', () => {
    expect(mediaTypeOf('image/*', PAGE, 'image/png')).toBeUndefined();
    expect(mediaTypeOf('image/*', FILES['application/pdf'], 'image/png')).toBeUndefined();
    expect(mediaTypeOf('application/pdf', FILES['image/png'], 'application/pdf')).toBeUndefined();
    expect(mediaTypeOf('image/*', Buffer.alloc(0), undefined)).toBeUndefined();
    expect(mediaTypeOf('image/*', Buffer.from('RIFF\x24\x00\x00\x00WAVEfmt '), 'audio/wav')).toBeUndefined();
  });

  it('is what the server says for sounds and texts, where such were asked for', () => {
    expect(mediaTypeOf('audio/*', Buffer.from('ID3'), 'audio/mpeg')).toBe('audio/mpeg');
    expect(mediaTypeOf('text/plain', PAGE, 'text/plain; charset=utf-8')).toBe('text/plain');
    expect(mediaTypeOf('text/plain', PAGE, 'text/html')).toBeUndefined();
    expect(mediaTypeOf('application/json', Buffer.from('{}'), 'application/json')).toBeUndefined();
  });
});
