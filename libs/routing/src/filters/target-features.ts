import type { Consideration } from '../candidacy.js';
import type { TargetFeatures } from '../routing-table.js';

/** Whether some target that comes into question may have what a filter looks at. */
export function mayHave({ hasOtherModels, table, model }: Consideration, feature: keyof TargetFeatures): boolean {
  return hasOtherModels || table.features.get(model.name)?.[feature] !== false;
}
