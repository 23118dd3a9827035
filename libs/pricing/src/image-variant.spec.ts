import { describe, expect, it } from '@jest/globals';
import { imageVariantOf } from './image-variant.js';

const variants = [
  { size: '1024x1792', quality: 'hd', amount: 3 },
  { size: '1024x1792', amount: 2 },
  { quality: 'hd', amount: 1 },
];

describe('the variant of an image that is asked for', () => {
  it.each([
    [{ size: '1024x1792', quality: 'hd' }, 3],
    [{ size: '1024x1792', quality: 'standard' }, 2],
    [{ size: '1024x1792' }, 2],
    [{ size: '1024x1024', quality: 'hd' }, 1],
    [{ quality: 'HD' }, undefined],
    [{ size: 'auto' }, undefined],
    [undefined, undefined],
  ])('is the first whose words are those of the request: %j', (image, amount) => {
    const facts = { operation: 'image_generation' as const, ...(image ? { image } : {}) };
    expect(imageVariantOf(variants, facts)?.amount).toBe(amount);
  });

  it('is none of anything but images, and none where there are no variants', () => {
    expect(imageVariantOf(variants, { operation: 'chat', image: { quality: 'hd' } })).toBeUndefined();
    expect(imageVariantOf(undefined, { operation: 'image_generation' })).toBeUndefined();
  });
});
