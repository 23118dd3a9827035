import { TASKS, type Task } from '#libs/contracts';
import { eachWord } from './each-word.js';
import {
  type Cue,
  POLITE_WORDS,
  SIGN_CUES,
  TASK_NUMBER,
  UNSPACED_CUES,
  WORD_CUES,
  WORD_CUE_COUNT,
} from './task-cues.js';

/** What a request shows of its task: its words, and what goes with them. */
export interface TaskInput {
  /** The words of the last message of the user, perhaps with those of the system message before them. */
  readonly text: string;
  readonly usesTools: boolean;
  readonly hasImages: boolean;
  readonly hasAudio: boolean;
  readonly jsonSchema: boolean;
}

/** Signs are looked for in this much of the beginning and the end, words in less: commands stand at either. */
const SIGNS_WITHIN = { first: 2_000, last: 1_000 };
const WORDS_WITHIN = { first: 600, last: 300 };
/** A word this near to either end counts in full; one between, which is more likely matter than command, in part. */
const NEAR_CHARACTERS = 240;
const WEIGHT_BETWEEN = 0.4;
/** What a task must reach, so that a text of no cue in particular is chat. */
const THRESHOLD = 1.5;
const FIRST_UNSPACED_CODE = 0x0e00;
const NO_CUES: readonly Cue[] = [];

/** Of tasks of one score, the one that is more particular. */
const BY_PARTICULARITY: readonly Task[] = [
  ...(['translation', 'summarisation', 'classification', 'extraction', 'code', 'mathematics'] as const),
  ...(['reasoning', 'writing', 'question_answering', 'chat'] as const),
];

/**
 * What a prompt is for, by rules that can be read in `task-cues.ts`: images, audio and tools decide by themselves, then words
 * and signs near its beginning and its end are added up. Deterministic, looks at no more than 3,000 characters, never throws.
 */
export function classifyTask(input: TaskInput): Task {
  if (input.hasImages) return 'vision';
  if (input.hasAudio) return 'audio';
  if (input.usesTools) return 'tool_use';
  const scores = new Float64Array(TASKS.length);
  addSigns(bothEnds(input.text, SIGNS_WITHIN), scores);
  addWords(bothEnds(input.text, WORDS_WITHIN).toLowerCase(), scores);
  if (input.text.slice(-4).includes('?') || input.text.slice(-4).includes('？')) raise(scores, 'question_answering', 1);
  if (input.jsonSchema) raise(scores, 'extraction', 2);
  return best(scores);
}

function bothEnds(text: string, { first, last }: { first: number; last: number }): string {
  return text.length <= first + last ? text : `${text.slice(0, first)}\n${text.slice(-last)}`;
}

function addSigns(text: string, scores: Float64Array): void {
  for (const { sign, task, weight } of SIGN_CUES) if (text.includes(sign)) scores[task]! += weight;
  if (!hasUnspacedScript(text)) return;
  for (const { sign, task, weight } of UNSPACED_CUES) if (text.includes(sign)) scores[task]! += weight;
}

/** A text in such a script has it within its beginning or its end. */
function hasUnspacedScript(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    if (index === NEAR_CHARACTERS && text.length > 2 * NEAR_CHARACTERS) index = text.length - NEAR_CHARACTERS;
    if (text.charCodeAt(index) >= FIRST_UNSPACED_CODE && text.charCodeAt(index) !== 0x2019) return true;
  }
  return false;
}

function addWords(text: string, scores: Float64Array): void {
  const counted = new Uint8Array(WORD_CUE_COUNT);
  let previous = '';
  let begins = true;
  let numbers = 0;
  eachWord(text, (word, before, start) => {
    begins = (begins && POLITE_WORDS.has(previous)) || isSentenceEnd(before);
    const isNumber = word.charCodeAt(0) <= 57;
    if (isNumber) numbers++;
    const cues = isNumber ? undefined : WORD_CUES.get(word);
    const share = start < NEAR_CHARACTERS || start > text.length - NEAR_CHARACTERS ? 1 : WEIGHT_BETWEEN;
    for (const cue of cues ?? NO_CUES) {
      if (counted[cue.index] === 1 || (cue.after !== undefined && cue.after !== previous)) continue;
      const weight = begins ? cue.weightAsCommand : cue.weight;
      if (weight === 0) continue;
      counted[cue.index] = 1;
      scores[cue.task]! += weight * share;
    }
    previous = word;
  });
  if (numbers >= 2) raise(scores, 'mathematics', numbers >= 3 ? 1.4 : 0.8);
}

/** Beginning, line break, and . ! ? : ; ¡ ¿ " and quotes and bullets. */
function isSentenceEnd(before: number): boolean {
  switch (before) {
    case 0:
    case 10:
    case 0x2e:
    case 0x21:
    case 0x3f:
    case 0x3a:
    case 0x3b:
    case 0x22:
    case 0x2d:
    case 0xa1:
    case 0xbf:
      return true;
    default:
      return false;
  }
}

function raise(scores: Float64Array, task: Task, by: number): void {
  scores[TASK_NUMBER[task]]! += by;
}

function best(scores: Float64Array): Task {
  let [chosen, highest]: [Task, number] = ['chat', THRESHOLD - 0.01];
  for (const task of BY_PARTICULARITY) {
    const score = scores[TASK_NUMBER[task]] ?? 0;
    if (score > highest) [chosen, highest] = [task, score];
  }
  return chosen;
}
