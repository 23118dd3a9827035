import { Injectable } from '@nestjs/common';
import { Settings } from '#libs/runtime';
import { request } from 'undici';

const ANSWER_TIMEOUT_MILLISECONDS = 5_000;
const SUCCESS_STATUS = 200;
const FIRST_FAILURE_STATUS = 300;

/** Somebody outside who is sent every checkpoint, by an operator's setting: a POST of the note as text. */
@Injectable()
export class Witness {
  constructor(private readonly settings: Settings) {}

  /** Resolves when the witness has taken the note, or where there is none. @throws Error where it refuses or does not answer */
  async tell(note: string): Promise<void> {
    const url = this.settings.auditWitnessUrl;
    if (url === undefined) return;
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: note,
      headersTimeout: ANSWER_TIMEOUT_MILLISECONDS,
      bodyTimeout: ANSWER_TIMEOUT_MILLISECONDS,
    });
    await body.dump();
    if (statusCode < SUCCESS_STATUS || statusCode >= FIRST_FAILURE_STATUS)
      throw new Error(`the witness at SWITCHYARD_AUDIT_WITNESS_URL answered ${statusCode} to a checkpoint`);
  }
}
