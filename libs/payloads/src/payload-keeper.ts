import {
  MessageHeader,
  MOST_PAYLOAD_PART_BYTES,
  payloadPartName,
  PAYLOAD_LOST,
  Subject,
  type AuditNoted,
  type Facts,
  type PayloadCaptured,
  type PayloadOrder,
} from '#libs/contracts';
import type { DurablePublisher } from '#libs/messaging';
import { sealPayload } from '#libs/secrets';
import { keptText, type CapturedText } from './kept-text.js';
import type { MaskText } from './masked-payload.policy.js';

/** So much may wait for the stream before what waiting callers leave is no longer taken. */
const MOST_WAITING_BYTES = 64 * 1024 ** 2;

/** A call that was answered, or ended otherwise, whose prompt and answer are to be kept. */
export interface CapturedCall {
  readonly facts: Pick<
    Facts,
    | 'requestId'
    | 'organization'
    | 'project'
    | 'key'
    | 'model'
    | 'endUser'
    | 'lane'
    | 'contentType'
    | 'job'
    | 'hold'
    | 'seal'
  >;
  readonly order: PayloadOrder;
  readonly outcome: string;
  readonly prompt: Uint8Array;
  /** Absent where nothing of it came. */
  readonly answer?: CapturedText;
}

/** Hands prompts and answers to audit, sealed and in parts that fit into messages, once they were answered. */
export class PayloadKeeper {
  private waitingBytes = 0;

  constructor(
    private readonly publisher: Pick<DurablePublisher, 'publish'>,
    private readonly secretKey: Uint8Array,
    private readonly mask: MaskText,
    private readonly mostWaitingBytes: number = MOST_WAITING_BYTES,
  ) {}

  /**
   * Resolves when all of it is in the stream, which may take as long as an outage. While too much waits already, that of a waiting caller is given up
   * and the trail says so; work of the durable lane waits instead.
   */
  async keep(call: CapturedCall): Promise<void> {
    const size = call.prompt.length + (call.answer?.bytes.length ?? 0);
    if (call.facts.lane === 'interactive' && this.waitingBytes + size > this.mostWaitingBytes) {
      await this.noteLoss(call);
      return;
    }
    this.waitingBytes += size;
    try {
      await this.send(call);
    } finally {
      this.waitingBytes -= size;
    }
  }

  private async send({ facts, order, outcome, prompt, answer }: CapturedCall): Promise<void> {
    const { requestId, organization, project, key, model, endUser } = facts;
    const promptType = facts.contentType ?? 'application/json';
    const asked = keptText({ bytes: prompt, length: prompt.length, contentType: promptType }, order, this.mask);
    const answered = answer && keptText(answer, order, this.mask);
    const bytes = Buffer.concat([asked.bytes, answered?.bytes ?? new Uint8Array(0)]);
    const parts = Math.max(1, Math.ceil(bytes.length / MOST_PAYLOAD_PART_BYTES));
    const head: Omit<PayloadCaptured, 'part'> = {
      version: 1,
      requestId,
      organization,
      project,
      key,
      model,
      ...(endUser === undefined ? {} : { endUser }),
      keep: order.keep,
      ...(order.retentionDays === undefined ? {} : { retentionDays: order.retentionDays }),
      capturedAt: Date.now(),
      outcome,
      parts,
      prompt: asked.told,
      ...(answered ? { answer: answered.told } : {}),
      ...sealOf(facts),
    };
    for (let part = 1; part <= parts; part++) {
      const name = payloadPartName({ requestId, part });
      const piece = bytes.subarray((part - 1) * MOST_PAYLOAD_PART_BYTES, part * MOST_PAYLOAD_PART_BYTES);
      await this.publisher.publish(Subject.payloadCaptured(organization), sealPayload(piece, name, this.secretKey), {
        headers: { [MessageHeader.payload]: JSON.stringify({ ...head, part }) },
        messageId: name,
      });
    }
  }

  private async noteLoss({ facts }: CapturedCall): Promise<void> {
    const { requestId, organization, project, key } = facts;
    const note: AuditNoted = {
      noteId: `note_unkept_${requestId.slice(-70)}`,
      organization,
      project,
      type: PAYLOAD_LOST,
      actor: { kind: 'key', id: key, organization, project },
      subject: { kind: 'request', id: requestId },
      detail: { reason: 'The stream PAYLOADS took nothing for too long.' },
      happenedAt: Date.now(),
    };
    await this.publisher.publish(Subject.payloadLost(organization), JSON.stringify(note), { messageId: note.noteId });
  }
}

/** By which audit knows that somebody accepted the request. */
function sealOf({
  seal,
  lane,
  job,
  hold,
}: CapturedCall['facts']): Pick<PayloadCaptured, 'seal' | 'lane' | 'job' | 'hold'> {
  if (seal === undefined) return {};
  return { seal, lane, ...(job === undefined ? {} : { job }), ...(hold === undefined ? {} : { hold }) };
}
