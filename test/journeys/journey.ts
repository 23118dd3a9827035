import { it } from '@jest/globals';

import type { StackForTests } from './stack-for-tests.js';

/** A kind of `it` for tests on a whole stack: when one fails, the ends of the stack's logs are shown. */
export function journeysOn(
  stack: () => StackForTests,
): (name: string, run: () => Promise<void>, limit?: number) => void {
  return (name, run, limit = 90_000) =>
    it(
      name,
      async () => {
        try {
          await run();
        } catch (error) {
          await stack().printLogs();
          throw error;
        }
      },
      limit,
    );
}
