import { createHash } from 'node:crypto';
import type { AuditNoted, PayloadCaptured } from '#libs/contracts';

const LONGEST_ID = 70;

/** What is kept of a part, for its entry: where the ciphertext is, or why there is none. */
export type KeptState =
  | { readonly kind: 'kept'; readonly subject: string; readonly keyId: string; readonly ciphertext: Uint8Array }
  | { readonly kind: 'hashed' }
  | { readonly kind: 'erased'; readonly subject: string };

/**
 * The note that goes into the trail for a part of a payload. It holds the hash of the ciphertext, so that the log stays true when the
 * key is destroyed, and says nothing of what was in it.
 */
export function payloadNote(head: PayloadCaptured, state: KeptState): AuditNoted {
  const { requestId, organization, project, key, part, parts, keep, outcome, prompt, answer, capturedAt } = head;
  const id = `${requestId}_${part}`;
  return {
    noteId: `note_payload_${id.length <= LONGEST_ID ? id : sha256Of(Buffer.from(id))}`,
    organization,
    project,
    type: state.kind === 'erased' ? 'payload.dropped' : 'payload.kept',
    actor: { kind: 'key', id: key, organization, project },
    subject: { kind: 'request', id: requestId },
    detail: {
      keep,
      outcome,
      part,
      parts,
      ...(state.kind === 'erased'
        ? { reason: 'Its data subject was erased.' }
        : { prompt, ...(answer ? { answer } : {}) }),
      ...(state.kind === 'hashed' ? {} : { dataSubject: state.subject }),
      ...(state.kind === 'kept'
        ? {
            keyId: state.keyId,
            cipher: 'AES-256-GCM',
            ciphertextSha256: sha256Of(state.ciphertext),
            ciphertextBytes: state.ciphertext.length,
            ...(head.retentionDays === undefined ? {} : { retentionDays: head.retentionDays }),
          }
        : {}),
    },
    happenedAt: capturedAt,
  };
}

/** In hexadecimal digits. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
