import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { gatheredBody } from './gathered-body.js';

const settle = (): Promise<void> => jest.advanceTimersByTimeAsync(0);

/** What a reader of the body has got so far, piece by piece, and how it ended for him. */
class Reader {
  readonly pieces: string[] = [];
  end: unknown = 'open';

  constructor(body: Readable) {
    void this.read(body);
  }

  private async read(body: Readable): Promise<void> {
    try {
      for await (const piece of gatheredBody(body)) this.pieces.push(Buffer.from(piece).toString());
      this.end = 'ended';
    } catch (error) {
      this.end = error;
    }
  }
}

describe('gatheredBody', () => {
  let body: PassThrough;
  let reader: Reader;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    body = new PassThrough();
    reader = new Reader(body);
  });
  afterEach(() => {
    body.destroy();
    jest.useRealTimers();
  });

  const write = async (...texts: string[]): Promise<void> => {
    for (const text of texts) {
      body.write(text);
      await settle();
    }
  };
  const begun = async (): Promise<void> => write('1', '2', '3', '4', '5', '6', '7', '8');

  it('gives the beginning of a stream piece by piece, as it comes', async () => {
    await begun();
    expect(reader.pieces).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
  });

  it('then gives what comes within a moment together', async () => {
    await begun();
    await write('a', 'b', 'c');
    await jest.advanceTimersByTimeAsync(39);
    expect(reader.pieces).toHaveLength(8);
    await jest.advanceTimersByTimeAsync(1);
    expect(reader.pieces.slice(8)).toEqual(['abc']);
  });

  it('gives at once what comes after a pause', async () => {
    await begun();
    await jest.advanceTimersByTimeAsync(60);
    await write('late');
    expect(reader.pieces.slice(8)).toEqual(['late']);
  });

  it('waits for nothing at the end', async () => {
    await begun();
    await write('a', 'b');
    body.end('c');
    await settle();
    await new Promise<void>((resolve) => void setImmediate(resolve));
    expect([reader.pieces.slice(8), reader.end]).toEqual([['abc'], 'ended']);
  });

  it('gives the bytes before a failure, then the failure', async () => {
    await begun();
    await write('a');
    const failure = new Error('the connection broke');
    body.destroy(failure);
    await new Promise<void>((resolve) => void body.once('close', resolve));
    await settle();
    expect([reader.pieces.slice(8), reader.end]).toEqual([['a'], failure]);
  });

  it('takes a body that is closed before its end for no whole one', async () => {
    body.destroy();
    await new Promise<void>((resolve) => void body.once('close', resolve));
    await settle();
    expect(reader.end).toMatchObject({ message: 'the body was closed before its end' });
  });

  it('lets the connection go when its reader stops', async () => {
    const source = new PassThrough();
    source.write('a');
    for await (const piece of gatheredBody(source)) {
      expect(piece).toHaveLength(1);
      break;
    }
    expect(source.destroyed).toBe(true);
  });

  it('holds a provider back that sends more than is read', async () => {
    const source = new PassThrough({ highWaterMark: 16 * 1024 ** 2 });
    const pieces = gatheredBody(source)[Symbol.asyncIterator]();
    for (let count = 0; count < 5; count++) source.write(Buffer.alloc(400_000));
    await settle();
    expect(source.isPaused()).toBe(true);
    let bytes = 0;
    source.end();
    for (let piece = await pieces.next(); !piece.done; piece = await pieces.next()) bytes += piece.value.length;
    expect(bytes).toBe(2_000_000);
  });
});
