import { z } from 'zod';

import { budgetsOutline } from './budgets/budget-outline.js';
import { limitsOutline } from './limits-outline.js';
import { modelOutline, targetOutline, withGiven } from './routing-policies/policy-outline.js';

const text = z.string().optional().catch(undefined);
const list = <Entry extends z.ZodType>(entry: Entry) => z.array(entry).catch([]);

/** What the checks between fields look at: whatever of it can be read, `undefined` or empty for the rest. */
const outline = z
  .object({
    providers: z
      .record(
        z.string(),
        z
          .object({ kind: text, baseUrl: text, recordings: z.object({ path: text }).optional().catch(undefined) })
          .catch({ kind: undefined, baseUrl: undefined }),
      )
      .catch({}),
    limits: limitsOutline,
    plans: list(z.object({ limits: limitsOutline }).catch({ limits: undefined })),
    prices: list(
      z
        .object({ name: text, provider: text, model: text, effectiveFrom: text })
        .catch({ name: undefined, provider: undefined, model: undefined, effectiveFrom: undefined }),
    ),
    exchangeRates: z.record(z.string(), z.unknown()).catch({}),
    unknownPrice: z.unknown().optional(),
    models: list(
      z
        .preprocess(
          withGiven,
          z.object({
            ...modelOutline,
            name: text,
            targets: list(
              z
                .object({
                  ...targetOutline,
                  provider: text,
                  model: text,
                  weight: z.unknown().optional(),
                  price: z.unknown().optional(),
                })
                .catch({ provider: undefined, model: undefined }),
            ),
          }),
        )
        .catch({ name: undefined, targets: [], rules: [] }),
    ),
    organizations: list(
      z
        .object({
          name: text,
          tier: text,
          limits: limitsOutline,
          budgets: budgetsOutline.optional(),
          projects: list(
            z
              .object({
                name: text,
                tier: text,
                limits: limitsOutline,
                budgets: budgetsOutline.optional(),
                keys: list(
                  z
                    .object({
                      name: text,
                      key: text,
                      tier: text,
                      limits: limitsOutline,
                      budgets: budgetsOutline.optional(),
                    })
                    .catch({ name: undefined, key: undefined }),
                ),
              })
              .catch({ name: undefined, keys: [] }),
          ),
        })
        .catch({ name: undefined, projects: [] }),
    ),
  })
  .catch({ providers: {}, prices: [], plans: [], exchangeRates: {}, models: [], organizations: [] });
export type ConfigurationOutline = z.infer<typeof outline>;

/** The outline of a configuration that may be wrong in places, so that all its problems can be told at once. */
export function outlineOf(value: unknown): ConfigurationOutline {
  return outline.parse(value);
}
