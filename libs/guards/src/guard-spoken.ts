import type { DataClass, GuardVerdict } from '#libs/contracts';
import type { CompiledGuard } from './compiled-guard.js';
import type { Detector } from './detection.js';
import { guardTexts, type GuardSources } from './guard-texts.js';
import { Placeholders } from './masking/placeholders.js';

/** What those who are asked say of all the texts of a stream. */
export interface SpokenJudgement {
  /** The guards with what was found as something that they find by themselves, to go through the stream with. */
  readonly guards: readonly CompiledGuard[];
  /** Of guards that judge the whole, and of those that could not run and whose policy lets pass. */
  readonly verdicts: readonly GuardVerdict[];
}

/**
 * Asks about the texts of a stream once all of it is there. What a plug-in finds becomes a detector of just these values, so that the
 * stream is then masked or blocked as by any other guard. @throws GuardRefused
 */
export async function judgeSpoken(
  texts: readonly string[],
  guards: readonly CompiledGuard[],
  sources: GuardSources,
): Promise<SpokenJudgement> {
  const ready: CompiledGuard[] = [];
  const verdicts: GuardVerdict[] = [];
  for (const guard of guards) {
    if (guard.find) {
      ready.push(guard);
      continue;
    }
    const values = new Map<string, DataClass>();
    const way = { side: 'answer', sources: collecting(sources, values), placeholders: new Placeholders() } as const;
    const { entry } = guard;
    // Only what it finds is asked for here; what is done about it is done where the stream goes through.
    const asked = entry.kind === 'presidio' ? { ...guard, entry: { ...entry, action: 'note' as const } } : guard;
    const said = await guardTexts(texts, [asked], way);
    if (values.size > 0) ready.push({ entry, find: valueDetector(values), reachCharacters: longest(values) + 1 });
    else verdicts.push(...said.verdicts);
  }
  return { guards: ready, verdicts };
}

function collecting(sources: GuardSources, values: Map<string, DataClass>): GuardSources {
  return {
    ...sources,
    presidio: async (text, guard) => {
      const found = await sources.presidio(text, guard);
      for (const { start, end, class: dataClass } of found) values.set(text.slice(start, end), dataClass);
      return found;
    },
  };
}

function valueDetector(values: ReadonlyMap<string, DataClass>): Detector {
  return (text) =>
    [...values].flatMap(([value, dataClass]) => {
      const found = [];
      for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + value.length)) {
        found.push({ start: at, end: at + value.length, class: dataClass });
      }
      return found;
    });
}

function longest(values: ReadonlyMap<string, DataClass>): number {
  return Math.max(...[...values.keys()].map(({ length }) => length));
}
