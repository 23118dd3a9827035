/**
 * What a call comes to, unless its signal ends it before: then that very moment, with the signal's reason. A provider may
 * wait for something that knows nothing of the call, such as a token for its account.
 */
export function unlessEnded<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const end = (): void => reject(signal.reason as Error);
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}
