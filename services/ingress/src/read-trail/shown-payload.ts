import { isUtf8 } from 'node:buffer';
import type { PayloadCaptured, PayloadPart } from '#libs/contracts';

/** What is kept of a request, as callers see it: text as text, anything else in base64. */
export function shownPayload({ organization, head }: PayloadPart, bytes: Buffer): object {
  const { requestId, project, key, model, keep, outcome, capturedAt, prompt, answer } = head;
  return {
    object: 'audit.payload',
    request_id: requestId,
    organization,
    project,
    key,
    model,
    keep,
    outcome,
    captured_at: new Date(capturedAt).toISOString(),
    prompt: shownText(prompt, bytes.subarray(0, prompt.keptBytes)),
    answer: answer ? shownText(answer, bytes.subarray(prompt.keptBytes, prompt.keptBytes + answer.keptBytes)) : null,
  };
}

function shownText({ bytes: length, keptBytes, contentType }: PayloadCaptured['prompt'], kept: Buffer): object {
  const isText = isUtf8(kept);
  return {
    content_type: contentType,
    bytes: length,
    kept_bytes: keptBytes,
    encoding: isText ? 'utf-8' : 'base64',
    content: kept.toString(isText ? 'utf8' : 'base64'),
  };
}
