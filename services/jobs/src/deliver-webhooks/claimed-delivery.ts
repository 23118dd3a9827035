/** A delivery that this process may attempt now, with what it needs for that. */
export interface ClaimedDelivery {
  readonly id: string;
  readonly lease: string;
  /** Number of this attempt among all of the delivery, from 1. */
  readonly attempt: number;
  /** Attempts of the present schedule that have failed before. */
  readonly tries: number;
  readonly endpointId: string;
  readonly eventId: string;
  readonly body: string;
  readonly url: string;
  readonly secrets: string;
  /** Those that sign as well until a rotation is over. */
  readonly previousSecrets: string | null;
  /** The database's time of this attempt: what is signed, and the only clock that schedules go by. */
  readonly now: Date;
}

/** The select list that makes a `ClaimedDelivery` of `claimed`, `event` and `endpoint`. */
export const claimedColumns = `
  claimed.id, claimed.lease, claimed.attempts AS attempt, claimed.tries, claimed.endpoint_id AS "endpointId",
  claimed.event_id AS "eventId", event.body, endpoint.url, endpoint.secrets,
  CASE WHEN endpoint.previous_secrets_until > now() THEN endpoint.previous_secrets END AS "previousSecrets", now() AS now`;
