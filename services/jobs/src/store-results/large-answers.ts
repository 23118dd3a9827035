import { Injectable } from '@nestjs/common';
import { BodyClaims, MessagingError } from '#libs/messaging';

const READ_TIMEOUT_MILLISECONDS = 30_000;

/** The answers of lines that were too large for their terminal event, in the bucket `bodies`. */
@Injectable()
export class LargeAnswers {
  constructor(private readonly bodies: BodyClaims) {}

  /** The answer's body as text; undefined where it is gone: the bucket drops what is too old. */
  async read(claim: string): Promise<string | undefined> {
    try {
      return Buffer.from(await this.readInTime(claim)).toString('utf8');
    } catch (error) {
      if (error instanceof MessagingError && error.code === 'gone') return undefined;
      throw error;
    }
  }

  /** Frees the space once a result is stored; whatever stays drops out of the bucket by itself. */
  async remove(claims: readonly string[]): Promise<void> {
    for (const claim of claims) await this.bodies.remove(claim).catch(() => undefined);
  }

  /** An object that loses its pieces while it is read would be waited for without end. */
  private async readInTime(claim: string): Promise<Uint8Array> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_resolve, reject) => {
      const problem = `the answer ${claim} was not read within ${READ_TIMEOUT_MILLISECONDS} ms`;
      timer = setTimeout(() => reject(new Error(problem)), READ_TIMEOUT_MILLISECONDS);
    });
    return Promise.race([this.bodies.get(claim), timeout]).finally(() => clearTimeout(timer));
  }
}
