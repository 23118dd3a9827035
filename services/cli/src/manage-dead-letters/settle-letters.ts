import type { DeadLetter } from '#libs/contracts';
import { CliError } from '../cli.error.js';
import type { DeadLetterApi } from './dead-letter-api.js';

/** What became of the letters that a command named. */
export interface SettledLetters {
  readonly settled: readonly DeadLetter[];
  readonly failed: readonly { readonly id: string; readonly message: string }[];
}

/** Which letters: by their ids, or all that rest of a consumer. */
export interface ChosenLetters {
  readonly ids: readonly string[];
  readonly consumer?: string | undefined;
}

/** Settles one letter after the other; one that fails does not hold up the next. @throws CliError where none or both are named. */
export async function settleLetters(
  api: DeadLetterApi,
  verb: 'redrive' | 'discard',
  { ids, consumer }: ChosenLetters,
): Promise<SettledLetters> {
  if ((ids.length === 0) === (consumer === undefined))
    throw new CliError('Name either letters ("switchyard dead-letters list" shows them) or --consumer.');
  const settled: DeadLetter[] = [];
  const failed: { id: string; message: string }[] = [];
  for (const id of consumer === undefined ? ids : await api.restingOf(consumer)) {
    try {
      settled.push(await api[verb](id));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      failed.push({ id, message: error.message });
    }
  }
  return { settled, failed };
}
