import { timingSafeEqual } from 'node:crypto';
import type { HmacKey } from './hmac-key.js';

const SEAL_BYTES = 16;

/** What of a request is sealed: whose it is, what it is for, and the money that was set aside for it. */
export interface SealedRequest {
  readonly requestId: string;
  readonly organization: string;
  readonly project: string;
  readonly key: string;
  readonly lane: string;
  readonly endUser?: string | undefined;
  readonly shadowOf?: string | undefined;
  readonly job?:
    | { readonly batchId: string; readonly line: number; readonly customId: string }
    | { readonly jobId: string; readonly run: number }
    | undefined;
  readonly hold?:
    | {
        readonly nanoUsd: string;
        readonly leases: readonly {
          readonly id: string;
          readonly nanoUsd: string;
          readonly providers?: readonly string[] | undefined;
        }[];
      }
    | undefined;
}

/**
 * The mark by which those who accepted a request know it again when it ends: HMAC-SHA-256 of who it is, cut to 16 bytes, in base64url.
 * It is equal for equal requests, whatever order their fields have.
 */
export function requestSeal(request: SealedRequest, key: HmacKey): string {
  return hmacOf(request, key).toString('base64url');
}

/** Whether a seal is that of the request; false for whatever is none. */
export function isRequestSeal(seal: string | undefined, request: SealedRequest, key: HmacKey): boolean {
  const given = Buffer.from(seal ?? '', 'base64url');
  return given.length === SEAL_BYTES && timingSafeEqual(given, hmacOf(request, key));
}

function hmacOf(request: SealedRequest, key: HmacKey): Buffer {
  const { requestId, organization, project, key: name, lane, endUser, shadowOf, job, hold } = request;
  const text = JSON.stringify([
    [requestId, organization, project, name, lane, endUser ?? null, shadowOf ?? null],
    !job ? null : 'jobId' in job ? [job.jobId, job.run] : [job.batchId, job.line, job.customId],
    hold ? [hold.nanoUsd, hold.leases.map(({ id, nanoUsd, providers }) => [id, nanoUsd, providers ?? null])] : null,
  ]);
  return key.mark(text).subarray(0, SEAL_BYTES);
}
