import type { FieldProblem } from '../configuration-problem.js';
import type { ModelOutline } from './outline-links.js';

/** Fields of a model that only those models use whose targets answer. */
const OF_TARGETS = [
  'strategy',
  'timeouts',
  'sticky',
  'canary',
  'fallbacks',
  'failures',
  'deadlineMs',
  'onCut',
  'hedge',
  'cache',
];

/** Whether a model has targets or stands for others, and whether its fields fit that. */
export function checkModelShape({ given = [], ...model }: ModelOutline, index: number): FieldProblem[] {
  const path = ['models', index];
  if (given.includes('auto')) {
    const beside = given.includes('targets')
      ? [
          {
            path: [...path, 'targets'],
            reason: 'stands beside auto; a model has targets, or auto and two other models',
          },
        ]
      : [];
    const idle = OF_TARGETS.filter((field) => given.includes(field)).map((field) => ({
      path: [...path, field],
      reason: 'has no effect on a model with auto; give it to the models that auto names',
    }));
    return [...beside, ...idle];
  }
  if (given.length > 0 && !given.includes('targets')) {
    return [{ path: [...path, 'targets'], reason: 'is missing; it must be a list, unless the model has auto' }];
  }
  return checkNextTarget(model, path);
}

/** Fields that call a second target, and have no effect where there is none. */
function checkNextTarget(
  { hedge, onCut, targets, fallbacks }: Omit<ModelOutline, 'given'>,
  path: PropertyKey[],
): FieldProblem[] {
  if (targets.length > 1 || fallbacks?.models !== undefined) return [];
  const remedy = 'add one, or fallbacks: { models: [...] }, or remove';
  return [
    ...(hedge ? [{ path: [...path, 'hedge'], reason: `needs a second target to call; ${remedy} hedge` }] : []),
    ...(onCut === 'rescue'
      ? [{ path: [...path, 'onCut'], reason: `needs a second target to go on with a stream; ${remedy} onCut` }]
      : []),
  ];
}
