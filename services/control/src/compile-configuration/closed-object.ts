import { z } from 'zod';

import { suggestName } from './nearest-name.policy.js';

/**
 * An object schema that refuses each unknown field by itself, at its own path, with a hint at the nearest known name.
 * (`z.strictObject` reports them together at the parent, where the line would be lost.)
 */
export function closedObject<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const names = Object.keys(shape);
  const refusal = z.unknown().refine(() => false, {
    error: ({ path }) => `unknown field; ${suggestName(String(path?.at(-1)), names)}`,
  });
  return z.object(shape).catchall(refusal);
}
