import type { IdempotencyBucket } from '#libs/messaging';
import { openAnswer, sealAnswer } from '#libs/secrets';
import { RepeatLimit } from './repeat-limits.js';

/** The bytes of kept answers, sealed and in parts that fit into messages. */
export class AnswerParts {
  constructor(
    private readonly bucket: IdempotencyBucket,
    private readonly secretKey: Uint8Array,
  ) {}

  /** Resolves to how many parts there are. */
  async write(name: string, body: Buffer): Promise<number> {
    const count = Math.ceil(body.length / RepeatLimit.partBytes);
    for (let part = 0; part < count; part += 1) {
      const bytes = body.subarray(part * RepeatLimit.partBytes, (part + 1) * RepeatLimit.partBytes);
      await this.bucket.writePart(name, part, sealAnswer(bytes, this.context(name, part)));
    }
    return count;
  }

  /** Undefined where a part is gone. */
  async read(name: string, count: number): Promise<Buffer | undefined> {
    const bytes: Buffer[] = [];
    for (let part = 0; part < count; part += 1) {
      const sealed = await this.bucket.readPart(name, part);
      if (!sealed) return undefined;
      bytes.push(openAnswer(sealed, this.context(name, part)));
    }
    return Buffer.concat(bytes);
  }

  private context(name: string, part: number): { name: string; secretKey: Uint8Array } {
    return { name: `${name}.${part}`, secretKey: this.secretKey };
  }
}
