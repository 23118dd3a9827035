/** How long to keep trying (20 s, of which only a test that fails needs more than a machine under load takes) and how often (25 ms). */
export interface EventuallyOptions {
  readonly withinMilliseconds?: number;
  readonly everyMilliseconds?: number;
}

/**
 * Repeats `assertion` until it stops throwing and gives what it returned; for things that become true by themselves.
 * When it never does, the last failure is thrown, with the time waited in its message.
 */
export async function eventually<Result>(
  assertion: () => Result | Promise<Result>,
  { withinMilliseconds = 20_000, everyMilliseconds = 25 }: EventuallyOptions = {},
): Promise<Result> {
  const deadline = Date.now() + withinMilliseconds;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() >= deadline) throw withWaitedTime(error, withinMilliseconds);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMilliseconds));
  }
}

function withWaitedTime(error: unknown, withinMilliseconds: number): unknown {
  if (error instanceof Error) error.message = `Still not true after ${withinMilliseconds} ms: ${error.message}`;
  return error;
}
