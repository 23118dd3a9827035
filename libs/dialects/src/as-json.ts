import { DialectStreamError } from './caller-dialect.js';

/** Reads the data of an event. @throws DialectStreamError of class `bad_answer` where it is no JSON */
export function asJson<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw new DialectStreamError('bad_answer', `the stream held an event that is not JSON: ${(error as Error).name}`);
  }
}
