import { defaultDifficultyModel, measureDecisionTime, type DecisionTime } from '#libs/difficulty';
import { readPrompts } from '../load/prompts.js';
import { projectFolder } from '../machine/project.js';

/** How long the built-in model takes to tell how hard a prompt is, over the real prompts of the bench, one after another. */
export function measureAuto(): DecisionTime {
  const { lines, plain } = readPrompts(projectFolder);
  return measureDecisionTime(defaultDifficultyModel(), [...lines, ...plain]);
}
