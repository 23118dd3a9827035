import { z } from 'zod';

const text = z.string().optional().catch(undefined);
const texts = z.array(z.string()).catch([]);

/** What the checks between fields look at in budgets: whatever of it can be read. */
export const budgetsOutline = z
  .array(
    z
      .object({
        name: text,
        period: text,
        currency: text,
        downgrade: text,
        onExceeded: z.object({ downgrade: text }).optional().catch(undefined),
        for: z.object({ models: texts, providers: texts }).optional().catch(undefined),
      })
      .catch({ name: undefined }),
  )
  .catch([]);
export type BudgetsOutline = z.infer<typeof budgetsOutline>;
