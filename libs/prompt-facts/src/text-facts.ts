import type { Facts } from '#libs/contracts';
import { classifyTask, detectLanguage } from '#libs/classification';
import type { CallerDialect, DialectFacts } from '#libs/dialects';
import type { TextFactName } from './needed-facts.js';

/** Of what the model is told to be, enough to tell a translator from a programmer. */
const SYSTEM_CHARACTERS = 500;

/** A request whose text facts are asked for. */
export interface TextRequest {
  readonly dialect: Pick<CallerDialect, 'promptText'>;
  readonly body: Uint8Array;
  readonly facts: DialectFacts;
}

/**
 * What the words of a prompt tell, as far as it is needed: its task, its language, and by `difficultyOf` how hard it looks. Nothing
 * where the dialect has no prompt of words.
 */
export function textFacts(
  { dialect, body, facts }: TextRequest,
  needs: ReadonlySet<TextFactName>,
  difficultyOf: (text: string) => number,
): Pick<Facts, TextFactName> {
  if (needs.size === 0 || !dialect.promptText) return {};
  const { system, lastUser } = dialect.promptText(body);
  return {
    ...(needs.has('task') ? { task: taskOf(`${system.slice(0, SYSTEM_CHARACTERS)}\n${lastUser}`, facts) } : {}),
    ...(needs.has('language') ? { language: detectLanguage(lastUser) } : {}),
    ...(needs.has('difficulty') ? { difficulty: difficultyOf(lastUser) } : {}),
  };
}

function taskOf(text: string, { usesTools = false, jsonSchema = false, inputModalities = [] }: DialectFacts): string {
  return classifyTask({
    text,
    usesTools,
    jsonSchema,
    hasImages: inputModalities.includes('image'),
    hasAudio: inputModalities.includes('audio'),
  });
}
