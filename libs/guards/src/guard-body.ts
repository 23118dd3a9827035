import type { GuardSide, GuardVerdict } from '#libs/contracts';
import type { CompiledGuard } from './compiled-guard.js';
import { guardTexts, type GuardSources } from './guard-texts.js';
import { textsOf, withTexts, type JsonText } from './json-texts.js';
import { Placeholders } from './masking/placeholders.js';

/** What became of a body that went through guards. */
export interface GuardedBody {
  /** The body, edited where something was masked or restored; else the one that was given. */
  readonly body: string;
  readonly verdicts: readonly GuardVerdict[];
  /** Classes that were found and left where they are. */
  readonly left: readonly string[];
  /** For the way back. */
  readonly placeholders: Placeholders;
}

/**
 * Lets a request go through its guards: every text of the JSON body, in order. Texts that are masked are replaced where they
 * stand; all other bytes stay. @throws GuardRefused
 */
export async function guardRequest(
  body: string,
  guards: readonly CompiledGuard[],
  sources: GuardSources,
): Promise<GuardedBody> {
  const placeholders = new Placeholders(body);
  const texts = textsOf(body);
  const guarded = await guardAll(texts, guards, { side: 'request', sources, placeholders });
  return { ...guarded, body: edited(body, texts, guarded.texts), placeholders };
}

/** How a plain answer is treated. */
export interface AnswerManner {
  readonly sources: GuardSources;
  readonly placeholders: Placeholders;
  readonly isJson: boolean;
  /** False where the answer is kept, which nothing is restored for. */
  readonly restores?: boolean;
}

/**
 * Lets a plain answer go through its guards, and puts back what the request had placeholders for. `isJson`: an answer that is no
 * JSON, such as a transcript, is one text. @throws GuardRefused
 */
export async function guardAnswer(
  body: string,
  guards: readonly CompiledGuard[],
  { sources, placeholders, isJson, restores = true }: AnswerManner,
): Promise<GuardedBody> {
  const texts: JsonText[] = isJson
    ? textsOf(body)
    : [{ start: 0, end: body.length, text: body, key: '', isJson: false }];
  const guarded = await guardAll(texts, guards, { side: 'answer', sources, placeholders });
  const restored = guarded.texts.map((text, index) =>
    !restores || texts[index]?.key === 'thinking' ? text : placeholders.restore(text, texts[index]?.isJson),
  );
  return { ...guarded, body: isJson ? edited(body, texts, restored) : (restored[0] ?? ''), placeholders };
}

async function guardAll(
  texts: readonly JsonText[],
  guards: readonly CompiledGuard[],
  way: { side: GuardSide; sources: GuardSources; placeholders: Placeholders },
) {
  return guardTexts(
    texts.map(({ text }) => text),
    guards,
    way,
  );
}

function edited(body: string, before: readonly JsonText[], after: readonly string[]): string {
  const changed = before.flatMap(({ start, end, text }, index) => {
    const to = after[index] ?? text;
    return to === text ? [] : [{ start, end, to }];
  });
  return changed.length === 0 ? body : withTexts(body, changed);
}
