import { v7 } from 'uuid';

const ID_PATTERN = /^req_([0-9a-f]{12})[0-9a-f]{20}$/;

/** A new request id: `req_` and the 32 hex digits of a UUIDv7, so that ids sort by time. */
export function newRequestId(): string {
  return `req_${v7().replaceAll('-', '')}`;
}

/** Records follow an answer within a fraction of a second; a caller who asks at once is kept waiting that long. */
const PATIENCE_MILLISECONDS = 3_000;
const YOUNG_MILLISECONDS = 60_000;

/** How long to wait for the record of a request, in milliseconds: for one just made a moment, for others not at all. */
export function recordPatience(id: string): number {
  const madeAt = requestIdTime(id);
  return madeAt !== undefined && Math.abs(Date.now() - madeAt) < YOUNG_MILLISECONDS ? PATIENCE_MILLISECONDS : 0;
}

/** When an id was made, in milliseconds since the epoch; undefined for text that is no id of this form. */
export function requestIdTime(id: string): number | undefined {
  const time = ID_PATTERN.exec(id)?.[1];
  return time === undefined ? undefined : Number.parseInt(time, 16);
}
