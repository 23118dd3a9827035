import type { LabelledPrompt } from '../training/labelled-prompt.js';

interface RoutingRow {
  readonly benchmark: string;
  readonly subject: string;
  readonly prompt: string;
  readonly weak: boolean;
  readonly strong: boolean;
}

/** Reads lines of `{benchmark, subject, prompt, weak, strong}`: the benchmark becomes the group, the subject the topic. */
export function readRoutingRows(lines: string): LabelledPrompt[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { benchmark, subject, prompt, weak, strong } = JSON.parse(line) as RoutingRow;
      return { prompt, weak, strong, group: benchmark, topic: subject };
    });
}
