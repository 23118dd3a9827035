import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CallClock } from './call-clock.js';

const timeouts = { firstByteMilliseconds: 1_000, idleMilliseconds: 500, totalMilliseconds: 5_000 };

describe('CallClock', () => {
  let clock: CallClock;

  beforeEach(() => {
    jest.useFakeTimers();
    clock = new CallClock(timeouts, timeouts.totalMilliseconds);
  });
  afterEach(() => {
    clock.stop();
    jest.useRealTimers();
  });

  const reason = (): string | undefined =>
    clock.signal.aborted ? (clock.signal.reason as { errorClass: string }).errorClass : undefined;

  it('ends an attempt whose first byte does not come in time, and not before', () => {
    jest.advanceTimersByTime(999);
    expect(reason()).toBeUndefined();
    jest.advanceTimersByTime(2);
    expect(reason()).toBe('first_byte_timeout');
  });

  it('does not take bytes without a token for the first byte', () => {
    jest.advanceTimersByTime(900);
    clock.touch();
    jest.advanceTimersByTime(101);
    expect(reason()).toBe('first_byte_timeout');
  });

  it('lets a stream run while something comes, and ends it when it falls silent', () => {
    jest.advanceTimersByTime(900);
    clock.markFirstByte();
    for (let index = 0; index < 5; index++) {
      jest.advanceTimersByTime(400);
      clock.touch();
    }
    expect(reason()).toBeUndefined();
    jest.advanceTimersByTime(502);
    expect(reason()).toBe('idle_timeout');
    expect(clock.firstByteMilliseconds).toBeCloseTo(900, 0);
  });

  it('ends an answer that falls silent long before its first byte would have been due', () => {
    clock.stop();
    clock = new CallClock({ ...timeouts, firstByteMilliseconds: 4_000 }, timeouts.totalMilliseconds);
    jest.advanceTimersByTime(100);
    clock.markFirstByte();
    jest.advanceTimersByTime(499);
    expect(reason()).toBeUndefined();
    jest.advanceTimersByTime(3);
    expect(reason()).toBe('idle_timeout');
  });

  it('ends the whole call when its time is over, however much comes', () => {
    clock.markFirstByte();
    for (let index = 0; index < 20 && reason() === undefined; index++) {
      jest.advanceTimersByTime(300);
      clock.touch();
    }
    expect(reason()).toBe('total_timeout');
    expect(clock.durationMilliseconds).toBeGreaterThanOrEqual(5_000);
    expect(clock.durationMilliseconds).toBeLessThan(5_400);
  });

  it("ends an attempt that takes longer than its caller lets one take, which is not the target's fault", () => {
    clock.stop();
    clock = new CallClock({ ...timeouts, attemptMilliseconds: 300 }, timeouts.totalMilliseconds);
    jest.advanceTimersByTime(299);
    expect(reason()).toBeUndefined();
    jest.advanceTimersByTime(2);
    expect(reason()).toBe('attempt_timeout');
  });

  it('has only what earlier attempts left of the whole', () => {
    clock.stop();
    clock = new CallClock(timeouts, 200);
    jest.advanceTimersByTime(201);
    expect(reason()).toBe('total_timeout');
  });

  it('ends nothing once it is stopped', () => {
    clock.stop();
    jest.advanceTimersByTime(60_000);
    expect(reason()).toBeUndefined();
  });
});

/** Sends a byte as soon as it is told to, and tells when that has left it. */
const SENDER = `
  const { workerData: { port, told, sent } } = require('node:worker_threads');
  const socket = require('node:net').connect(port, '127.0.0.1', () => {
    Atomics.wait(told, 0, 0);
    socket.write('x', () => {
      Atomics.store(sent, 0, 1);
      Atomics.notify(sent, 0);
    });
  });
`;
const IDLE_MILLISECONDS = 50;

describe('CallClock in a process that is held up', () => {
  it('reads what has come meanwhile before it takes anybody for silent', async () => {
    const [told, sent] = [1, 2].map(() => new Int32Array(new SharedArrayBuffer(4))) as [Int32Array, Int32Array];
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sender = new Worker(SENDER, { eval: true, workerData: { port, told, sent } });
    const [socket] = (await once(server, 'connection')) as [NodeJS.ReadWriteStream];
    const clock = new CallClock({ ...timeouts, idleMilliseconds: IDLE_MILLISECONDS }, timeouts.totalMilliseconds);
    let isReadFirst: boolean | undefined;
    socket.on('data', () => {
      isReadFirst = !clock.signal.aborted;
      clock.touch();
    });
    clock.markFirstByte();

    // Nothing runs here until the byte is there and the limit is over.
    Atomics.store(told, 0, 1);
    Atomics.notify(told, 0);
    Atomics.wait(sent, 0, 0);
    Atomics.wait(told, 0, 1, 2 * IDLE_MILLISECONDS);
    await once(clock.signal, 'abort');

    expect(isReadFirst).toBe(true);
    expect(clock.signal.reason).toMatchObject({ errorClass: 'idle_timeout' });
    await sender.terminate();
    server.close();
    await once(server, 'close');
  });
});
