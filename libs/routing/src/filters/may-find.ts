import type { Consideration } from '../candidacy.js';
import type { TargetFeatures } from '../target-features.js';

/** Whether a filter may find something, by a test of the model's targets; of other models than the first all is possible. */
export function mayFind(
  { hasOtherModels, table, model }: Consideration,
  test: (features: TargetFeatures) => boolean,
): boolean {
  if (hasOtherModels) return true;
  const features = table.features.get(model.name);
  return features === undefined || test(features);
}
