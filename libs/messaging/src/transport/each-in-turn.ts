/**
 * Handles items in portions of at most `size`, one after another. Where a portion fails in a way that no further try may cure, its
 * items are tried one by one, so that a bad one among them holds up none of the others; then the first such failure is thrown.
 * For items that came together in one message, which can only be settled as a whole: handling one twice must do no harm.
 */
export async function eachInTurn<T>(
  items: readonly T[],
  size: number,
  handle: (portion: readonly T[]) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  for (let start = 0; start < items.length; start += size) {
    const portion = items.slice(start, start + size);
    try {
      await handle(portion);
    } catch (error) {
      if (mayPass(error)) throw error;
      failures.push(...(await oneByOne(portion, handle, error)));
    }
  }
  if (failures.length > 0) throw failures[0];
}

async function oneByOne<T>(
  portion: readonly T[],
  handle: (portion: readonly T[]) => Promise<void>,
  cause: unknown,
): Promise<unknown[]> {
  if (portion.length <= 1) return [cause];
  const failures: unknown[] = [];
  for (const item of portion) {
    try {
      await handle([item]);
    } catch (error) {
      if (mayPass(error)) throw error;
      failures.push(error);
    }
  }
  return failures;
}

function mayPass(error: unknown): boolean {
  return error instanceof Error && 'retryable' in error && error.retryable === true;
}
