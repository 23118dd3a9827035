import { describe, expect, it } from '@jest/globals';
import type { AnswerHead, RoutingSlip } from '#libs/contracts';
import type { SnapshotWatch } from '#libs/messaging';
import type { CapturedCall, PayloadKeeper } from '#libs/payloads';
import type { Logger } from '#libs/telemetry';
import type { AssignedCall } from '../call-model/assigned-call.js';
import { noReply } from '../call-model/reply-channel.js';
import { PayloadCapture } from './payload-capture.js';

const order = { keep: 'full', mostBytes: 1_024 } as const;
const head = { attempts: 1, status: 200, contentType: 'application/json' } as AnswerHead;
const stream = { ...head, contentType: 'text/event-stream' };
const event = (outcome: string): string => JSON.stringify({ outcome });

function set(execution: RoutingSlip['execution'] = { payload: order }, changes: object = {}) {
  const kept: CapturedCall[] = [];
  const keeper = { keep: async (call: CapturedCall) => void kept.push(call) } as unknown as PayloadKeeper;
  const watch = { onChange: () => undefined } as unknown as SnapshotWatch;
  const capture = new PayloadCapture(keeper, { error: () => undefined } as unknown as Logger, watch);
  const call = {
    facts: { requestId: 'req_0123456789', ...changes },
    slip: execution ? { execution } : {},
    body: Buffer.from('asked'),
    reply: noReply,
  } as unknown as AssignedCall;
  return { kept, call, captured: capture.of(call) };
}

describe('PayloadCapture', () => {
  it('leaves calls alone of which nothing is kept, and copies', async () => {
    const nothing = set({});
    expect(nothing.captured.call).toBe(nothing.call);
    const copy = set(undefined, { shadowOf: 'req_9876543210' });
    expect(copy.captured.call).toBe(copy.call);
    await copy.captured.kept();
  });

  it('keeps a whole answer', async () => {
    const { captured, kept } = set();
    captured.call.reply.whole(Buffer.from('answered'), head, event('completed'));
    await captured.kept();
    expect(kept).toMatchObject([
      { outcome: 'completed', order, answer: { length: 8, contentType: 'application/json' } },
    ]);
    expect(kept[0]?.prompt.toString()).toBe('asked');
  });

  it('keeps a stream, and what came of one that was cut or cancelled', async () => {
    const whole = set();
    for (const piece of ['an', 'swer']) whole.captured.call.reply.chunk(Buffer.from(piece));
    whole.captured.call.reply.end(stream, event('completed'));
    await whole.captured.kept();
    expect(whole.kept[0]?.answer).toEqual({
      bytes: Buffer.from('answer'),
      length: 6,
      contentType: 'text/event-stream',
    });

    const cut = set();
    cut.captured.call.reply.head(stream);
    cut.captured.call.reply.chunk(Buffer.from('an'));
    cut.captured.call.reply.error({ ...head, status: 499 }, event('cancelled'));
    await cut.captured.kept();
    expect(cut.kept[0]).toMatchObject({ outcome: 'cancelled', answer: { length: 2 } });
  });

  it('keeps the prompt of a call that failed, and nothing of one that was never made', async () => {
    const failed = set();
    failed.captured.call.reply.error({ ...head, status: 502 }, event('failed'));
    await failed.captured.kept();
    expect(failed.kept).toMatchObject([{ outcome: 'failed' }]);
    expect(failed.kept[0]).not.toHaveProperty('answer');

    const refused = set();
    const error = { class: 'invalid_request', code: 'invalid_request', message: 'refused: too long' } as const;
    refused.captured.call.reply.error({ ...head, status: 400, error }, event('failed'), 'too long');
    await refused.captured.kept();
    expect(JSON.parse(Buffer.from(refused.kept[0]!.answer!.bytes).toString())).toEqual({
      error: { code: 'invalid_request', message: 'refused: too long' },
      provider_message: 'too long',
    });

    const unmade = set();
    unmade.captured.call.reply.error({ ...head, attempts: 0, status: 503 }, event('failed'));
    await unmade.captured.kept();
    expect(unmade.kept).toEqual([]);
  });
});
