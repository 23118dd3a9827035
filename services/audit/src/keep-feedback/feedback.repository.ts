import { Injectable } from '@nestjs/common';
import { requestEndedSchema, type FeedbackPut, type JudgedRequest } from '#libs/contracts';
import { TYPES_OF_EVENTS } from '../record-event/entry-type.policy.js';
import type { Place } from '#libs/permission';
import { Database } from '#libs/storage';

/** Whose requests may be judged, and whose judgements seen. */
export type Reach = Place | 'everywhere';

/** A stretch of feedback: of one place or of all, after a request. */
export interface FeedbackSelection {
  readonly place: Reach;
  readonly after: string | undefined;
  readonly limit: number;
}

interface Row {
  request_id: string;
  score: number;
  comment: string | null;
  at: Date;
  body: string;
}

@Injectable()
export class FeedbackRepository {
  constructor(private readonly database: Database) {}

  /** Keeps the newest word on a request that is on record; undefined where it is not, or is elsewhere. */
  async put({ requestId, score, comment, caller }: FeedbackPut, place: Reach): Promise<Date | undefined> {
    const rows = await this.database.query<{ at: Date }>(
      `INSERT INTO audit.feedback (request_id, organization, project, key, score, comment, at)
       SELECT request_id, organization, project, $4, $5, $6, now() FROM audit.entries
       WHERE request_id = $1 AND type = ANY (${TYPES_OF_EVENTS}) AND ($2::text IS NULL OR (organization = $2 AND ($3::text IS NULL OR project = $3))) LIMIT 1
       ON CONFLICT (request_id) DO UPDATE
         SET key = EXCLUDED.key, score = EXCLUDED.score, comment = EXCLUDED.comment, at = EXCLUDED.at
       RETURNING at`,
      [requestId, ...parametersOf(place), caller.key, score, comment ?? null],
    );
    return rows[0]?.at;
  }

  /** In the order of the requests' ids, which is that of time. */
  async list({ place, after, limit }: FeedbackSelection): Promise<JudgedRequest[]> {
    const rows = await this.database.asTenant(place).query<Row>(
      `SELECT f.request_id, f.score, f.comment, f.at, e.body
       FROM audit.feedback f JOIN audit.entries e ON e.request_id = f.request_id
       WHERE e.type = ANY (${TYPES_OF_EVENTS}) AND ($1::text IS NULL OR (f.organization = $1 AND ($2::text IS NULL OR f.project = $2))) AND f.request_id > $3
       ORDER BY f.request_id LIMIT $4`,
      [...parametersOf(place), after ?? '', limit],
    );
    return rows.map(judgedRequestOf);
  }
}

function parametersOf(place: Reach): [string | null, string | null] {
  return place === 'everywhere' ? [null, null] : [place.organization, place.project ?? null];
}

function judgedRequestOf({ request_id: requestId, score, comment, at, body }: Row): JudgedRequest {
  const { model, outcome, attempts, facts } = requestEndedSchema.parse(JSON.parse(body));
  const answered = attempts.findLast((attempt) => attempt.outcome === 'succeeded');
  return {
    requestId,
    score,
    ...(comment === null ? {} : { comment }),
    at: at.getTime(),
    model,
    outcome,
    ...(answered ? { provider: answered.provider, servedModel: answered.model } : {}),
    ...(facts ? { facts } : {}),
  };
}
