import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FrameKind, MessageHeader, Subject } from '#libs/contracts';
import { AnswerLog, MessagingParts } from '#libs/messaging';
import { createLogger } from '#libs/telemetry';
import { startNatsForTests, type NatsForTests } from '#libs/testing';
import { StreamFrames, type StreamStep } from './stream-frames.js';

let nats: NatsForTests;
let parts: MessagingParts;
let log: AnswerLog;
let subject: string;
let stopping: AbortController;
let made = 0;

beforeAll(async () => {
  nats = await startNatsForTests();
  parts = await MessagingParts.open(nats.url, 'test', createLogger({ service: 'test', level: 'silent' }));
  log = new AnswerLog(parts.messaging);
});
afterAll(async () => {
  await parts.close();
  await nats.stop();
});
beforeEach(() => {
  subject = Subject.answerStreamed('demo', 'default', `req_${String(++made).padStart(8, '0')}`);
  stopping = new AbortController();
});
afterEach(() => stopping.abort());

/** A frame as a worker publishes it; text is a chunk. */
async function frame(generation: number, sequence: number, what: string, place = subject): Promise<void> {
  const isKind = Object.values<string>(FrameKind).includes(what);
  const headers = {
    [MessageHeader.generation]: String(generation),
    [MessageHeader.sequence]: String(sequence),
    ...(isKind ? { [MessageHeader.frame]: what, [MessageHeader.dialect]: 'openai-chat' } : {}),
  };
  await parts.messaging.store(place, isKind ? '' : what, { headers }, 2_000);
}

const follow = (): AsyncGenerator<StreamStep> => new StreamFrames(log, subject).follow(stopping.signal);
const shown = (step: StreamStep): string => (step.kind === 'chunk' ? Buffer.from(step.bytes).toString() : step.kind);

/** The next steps that tell something. */
async function steps(frames: AsyncGenerator<StreamStep>, count: number): Promise<string[]> {
  const found: string[] = [];
  while (found.length < count) {
    const { value, done } = await frames.next();
    if (done) break;
    if (value.kind !== 'idle') found.push(shown(value));
  }
  return found;
}

describe('StreamFrames', () => {
  it('gives what is kept, then what comes', async () => {
    await frame(0, 0, 'head');
    await frame(0, 1, 'one');
    const frames = follow();
    expect(await steps(frames, 2)).toEqual(['head', 'one']);
    await frame(0, 2, 'two');
    await frame(0, 3, 'end');
    expect(await steps(frames, 2)).toEqual(['two', 'end']);
  });

  it('reads more than one step of the stream holds, in order', async () => {
    await frame(0, 0, 'head');
    for (let sequence = 1; sequence <= 600; sequence++) await frame(0, sequence, `part ${sequence}`);
    const read = await steps(follow(), 601);
    expect(read.slice(1)).toEqual(Array.from({ length: 600 }, (_, index) => `part ${index + 1}`));
  });

  it('is idle while nothing comes, and hears nothing of others', async () => {
    await frame(0, 0, 'head', Subject.answerStreamed('demo', 'other', subject.slice(subject.lastIndexOf('.') + 1)));
    expect((await follow().next()).value).toEqual({ kind: 'idle' });
  });

  it('follows the newest beginning of an answer that was begun again before', async () => {
    await frame(0, 0, 'head');
    await frame(0, 1, 'void');
    await frame(2, 0, 'head');
    await frame(2, 1, 'valid');
    const frames = follow();
    const { value: head } = await frames.next();
    expect(head).toMatchObject({ kind: 'head', isFirst: false, generation: 2 });
    expect(await steps(frames, 1)).toEqual(['valid']);
  });

  it('tells of an answer that is begun again while it is followed, and bears late frames of the old one', async () => {
    await frame(0, 0, 'head');
    const frames = follow();
    expect(await steps(frames, 1)).toEqual(['head']);
    await frame(1, 0, 'head');
    expect(await steps(frames, 1)).toEqual(['restarted']);
  });

  it('takes the first beginning that brings anything for the first, whatever its number', async () => {
    const frames = follow();
    expect((await frames.next()).value).toEqual({ kind: 'idle' });
    await frame(3, 0, 'head');
    for (;;) {
      const { value } = await frames.next();
      if ((value as StreamStep).kind === 'idle') continue;
      expect(value).toMatchObject({ kind: 'head', isFirst: true, generation: 3 });
      break;
    }
  });

  it('says so where a frame is missing for good', async () => {
    await frame(0, 0, 'head');
    await frame(0, 2, 'behind the gap');
    const frames = follow();
    expect(await steps(frames, 2)).toEqual(['head', 'lost']);
  });
});
