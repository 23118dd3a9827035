import { beforeEach, describe, expect, it } from '@jest/globals';
import { MessageHeader, type AnswerHead, type Facts } from '#libs/contracts';
import type { IncomingMessage } from '#libs/messaging';
import type { CallerResponse } from './caller-response.js';
import { PendingCall } from './pending-call.js';

const facts = { requestId: 'req_00000001' } as Facts;

/** Notes what a caller would receive. */
class NotedResponse {
  readonly notes: string[] = [];
  hasBegun = false;
  head = () => {
    this.hasBegun = true;
    this.notes.push('head');
  };
  chunk = (bytes: Uint8Array) => {
    this.notes.push(`chunk ${Buffer.from(bytes).toString()}`);
    return true;
  };
  end = () => this.notes.push('end');
  whole = (body: Uint8Array) => this.notes.push(`whole ${Buffer.from(body).toString()}`);
  part = (bytes: Uint8Array) => this.notes.push(`part ${Buffer.from(bytes).toString()}`);
  error = ({ error }: AnswerHead) => this.notes.push(`error ${error?.code}`);
  begin = () => this.notes.push('begin');
  keepAlive = () => this.notes.push('keep-alive');
  abandon = () => this.notes.push('abandon');
}

const answerHead =
  '{"status":200,"attempts":1,"error":{"class":"cut_stream","code":"provider_stream_cut","message":"cut"}}';

function frame(
  kind: string | undefined,
  sequence: number | undefined,
  text = '',
  answer = answerHead,
): IncomingMessage {
  const headers: Record<string, string | undefined> = {
    [MessageHeader.frame]: kind,
    [MessageHeader.sequence]: sequence === undefined ? undefined : String(sequence),
    [MessageHeader.answer]: answer,
    [MessageHeader.terminalEvent]:
      kind === 'end' || kind === 'whole' || kind === 'error' ? '{"outcome":"x"}' : undefined,
  };
  return { header: (name: string) => headers[name], data: Buffer.from(text) } as unknown as IncomingMessage;
}

describe('PendingCall', () => {
  let response: NotedResponse;
  let call: PendingCall;

  beforeEach(() => {
    response = new NotedResponse();
    call = new PendingCall(facts, response as unknown as CallerResponse);
  });

  it('passes a stream on frame by frame and keeps its terminal event', () => {
    expect(call.take(frame('head', 0))).toBe('running');
    expect(call.take(frame(undefined, 1, 'a'))).toBe('running');
    expect(call.take(frame(undefined, 2, 'b'))).toBe('running');
    expect(call.take(frame('end', 3))).toBe('ended');
    expect(response.notes).toEqual(['head', 'chunk a', 'chunk b', 'end']);
    expect(call.terminalEvent).toBe('{"outcome":"x"}');
  });

  it('notices a lost frame instead of passing on an answer with a hole', () => {
    call.take(frame('head', 0));
    expect(call.take(frame(undefined, 2, 'b'))).toBe('frames-lost');
    expect(response.notes).toEqual(['head']);
  });

  it('takes heartbeats at any time without counting them', () => {
    expect(call.take(frame('alive', undefined))).toBe('running');
    expect(call.take(frame('whole', 0, '{}'))).toBe('ended');
    expect(response.notes).toEqual(['keep-alive', 'whole {}']);
  });

  it.each([
    [true, 0, ['begin', 'keep-alive']],
    [true, 60_000, ['keep-alive']],
    [false, 0, ['keep-alive']],
  ])('begins a stream (%s) of which nothing came for long (%i ms)', (stream, silenceMilliseconds, notes) => {
    call = new PendingCall({ ...facts, stream }, response as unknown as CallerResponse, silenceMilliseconds);
    call.take(frame('alive', undefined));
    expect(response.notes).toEqual(notes);
  });

  it('remembers the target that was named last, by a heartbeat or the head of a stream', () => {
    expect(call.head).toBeUndefined();
    const named = (provider: string) => `{"status":102,"attempts":1,"provider":"${provider}"}`;
    call.take(frame('alive', undefined, '', named('first')));
    expect(call.head?.provider).toBe('first');
    call.take(frame('head', 0, '', named('second')));
    expect(call.head?.provider).toBe('second');
  });

  it('collects the parts of a large answer', () => {
    call.take(frame('part', 0, '{"a":'));
    expect(call.take(frame('whole', 1, '1}'))).toBe('ended');
    expect(response.notes).toEqual(['part {"a":', 'whole 1}']);
  });

  it('ignores what comes after the end', () => {
    call.take(frame('error', 0));
    expect(call.take(frame(undefined, 1, 'late'))).toBe('running');
    expect(response.notes).toEqual(['error provider_stream_cut']);
  });

  it('gives up a caller who does not read', () => {
    response.chunk = () => false;
    call.take(frame('head', 0));
    expect(call.take(frame(undefined, 1, 'a'))).toBe('caller-too-slow');
    expect(response.notes).toEqual(['head', 'abandon']);
    expect(call.take(frame(undefined, 2, 'b'))).toBe('running');
  });
});
