import { AUTO_LEVELS } from '#libs/difficulty';

import { closedObject } from '../closed-object.js';
import { modelName } from '../field-types.js';
import { share } from './policy-field-types.js';

/** From `cheap` to `best` more and more requests go to the strong model. */
const levels = closedObject({
  cheap: share.default(AUTO_LEVELS.cheap),
  balanced: share.default(AUTO_LEVELS.balanced),
  best: share.default(AUTO_LEVELS.best),
}).superRefine(({ cheap, balanced, best }, context) => {
  const refuse = (level: string, above: string): void =>
    context.addIssue({
      code: 'custom',
      path: [level],
      message: `is above the threshold of ${above} (${Object.entries({ cheap, balanced, best })
        .map(([name, threshold]) => `${name} ${threshold}`)
        .join(', ')}); a lower one sends more to the strong model`,
    });
  if (balanced > cheap) refuse('balanced', 'cheap');
  if (best > balanced) refuse('best', 'balanced');
});

/** The two models that a third one chooses between, in the form of the contracts. */
export const autoFields = closedObject({
  weak: modelName,
  strong: modelName,
  levels: levels.default({ ...AUTO_LEVELS }),
}).refine(({ weak, strong }) => weak !== strong, { path: ['strong'], error: 'is the weak model too; name another' });
