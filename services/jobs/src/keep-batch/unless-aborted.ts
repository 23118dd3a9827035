/**
 * The outcome of `work`, or the signal's reason as soon as `graceMilliseconds` have passed since the signal aborted. For work
 * that waits for something outside and cannot be stopped itself: it is left to end by itself, and how it ends is ignored.
 */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, graceMilliseconds = 0): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const giveUp = (): void => {
      timer = setTimeout(() => reject(signal.reason), graceMilliseconds);
    };
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    };
    work.finally(settle).then(resolve, reject);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}
