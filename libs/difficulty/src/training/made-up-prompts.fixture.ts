import { seededNumbers } from '../learning/seeded-numbers.js';
import type { ComparedPrompt } from './labelled-prompt.js';

const SUBJECTS = ['rivers', 'birds', 'songs', 'trains', 'kings', 'stars'];

/** Prompts of which the weak model fails, but for chance, those that ask for a proof; no two are the same. */
export function madeUpPrompts(count: number): ComparedPrompt[] {
  const random = seededNumbers(7);
  return Array.from({ length: count }, (_, number) => {
    const subject = SUBJECTS[Math.floor(random() * SUBJECTS.length)]!;
    const isHard = random() < 0.4;
    const task = isHard ? `Prove by induction that claim ${number} about` : `Name ${number} well known`;
    const answers = number % 2 === 0 ? '\nA. some\nB. none of them\nAnswer:' : ' What do you say?';
    const isAnswered = random() < (isHard ? 0.2 : 0.9);
    return {
      prompt: `${task} ${subject}.${answers}`,
      weak: isAnswered,
      strong: true,
      group: 'made up',
      topic: subject,
    };
  });
}
