import { z } from 'zod';

const named = z.record(z.string(), z.unknown()).optional().catch(undefined);

/** What the checks between fields look at in limits: the names that stand in them. */
export const limitsOutline = z.object({ models: named, providers: named }).optional().catch(undefined);
export type LimitsOutline = NonNullable<z.infer<typeof limitsOutline>>;
