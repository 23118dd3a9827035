import type { ModelEntry, TargetEntry } from '#libs/contracts';

/**
 * Orders a model's targets for trying. `priority`: lower numbers first, equals in a weighted draw. `weighted`: all in one
 * weighted draw. A draw without replacement takes each target with a chance in proportion to its weight among those left
 * (Efraimidis and Spirakis 2006: order by ln(u) / weight).
 */
export function orderTargets(model: ModelEntry, random: () => number): TargetEntry[] {
  if (model.targets.length === 1) return [...model.targets];
  const drawn = model.targets.map((target) => ({ target, draw: -Math.log(1 - random()) / target.weight }));
  drawn.sort((left, right) => {
    const byPriority = model.strategy === 'priority' ? left.target.priority - right.target.priority : 0;
    return byPriority || left.draw - right.draw;
  });
  return drawn.map(({ target }) => target);
}
