import { AsyncLocalStorage } from 'node:async_hooks';

type HeaderValues = Readonly<Record<string, string | string[] | undefined>>;

interface Noticed {
  headers?: HeaderValues;
}

const underWay = new AsyncLocalStorage<Noticed>();

/** Runs a call made through a provider's package, which keeps the headers of answers to itself; `header` reads those of the last one. */
export async function withAnswerHeaders<T>(
  run: () => Promise<T>,
): Promise<{ result: T; header: (name: string) => string | undefined }> {
  const noticed: Noticed = {};
  const result = await underWay.run(noticed, run);
  return {
    result,
    header: (name) => {
      const value = noticed.headers?.[name];
      return Array.isArray(value) ? value[0] : value;
    },
  };
}

/** To be told of each answer's headers (lower-case names) by whoever speaks HTTP for a package. */
export function noticeHeaders(headers: HeaderValues): void {
  const noticed = underWay.getStore();
  if (noticed) noticed.headers = headers;
}
