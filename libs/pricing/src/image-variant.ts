import type { Facts } from '#libs/contracts';

/** Which images an amount is for: those of a size, of a quality, or of both, in the provider's own words. */
export interface ImageVariant {
  readonly size?: string | undefined;
  readonly quality?: string | undefined;
}

/**
 * The first of several variants that a request is for: what it names must be what the request asks for, in as many letters. Undefined
 * for a request of another operation, one that leaves size or quality to the provider, and where none fits.
 */
export function imageVariantOf<Variant extends ImageVariant>(
  variants: readonly Variant[] | undefined,
  { operation, image = {} }: Pick<Facts, 'operation' | 'image'>,
): Variant | undefined {
  if (variants === undefined || operation !== 'image_generation') return undefined;
  return variants.find(
    ({ size, quality }) =>
      (size === undefined || size === image.size) && (quality === undefined || quality === image.quality),
  );
}
