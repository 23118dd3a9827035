/**
 * Names of the NATS headers that Switchyard's messages carry: a stable contract, listed in
 * `docs/architecture/3-messages.md`. Values are JSON on one line unless said otherwise.
 */
export const MessageHeader = {
  /** Request id, plain text. */
  requestId: 'Switchyard-Request-Id',
  /** `Facts` of the request. */
  facts: 'Switchyard-Facts',
  /** `RoutingSlip`: the plan, the position in it and the attempts made so far. */
  slip: 'Switchyard-Slip',
  /** On a message of several requests (`encodeRequestBundle`), in place of facts and plan: their number, plain text. */
  bundle: 'Switchyard-Bundle',
  /** Kind of a reply frame (`FrameKind`), plain text; a frame without it is a chunk of the streamed answer. */
  frame: 'Switchyard-Frame',
  /** Number of a reply frame that carries part of the answer, from 0; plain text. A gap means that frames were lost. */
  sequence: 'Switchyard-Sequence',
  /** `PayloadCaptured`, beside sealed bytes of a prompt and an answer. */
  payload: 'Switchyard-Payload',
  /** Type of an entry of the trail, plain text; its sequence and time of recording (ISO 8601) stand beside it. */
  entryType: 'Switchyard-Entry-Type',
  entrySequence: 'Switchyard-Entry-Sequence',
  recordedAt: 'Switchyard-Recorded-At',
  /** Which beginning of a streamed answer a kept frame is of: a greater number takes the place of a smaller one; plain text. */
  generation: 'Switchyard-Generation',
  /** Name of the dialect of a kept stream, plain text. */
  dialect: 'Switchyard-Dialect',
  /** `AnswerHead` of a reply frame; on `alive` it names the target that is being called. */
  answer: 'Switchyard-Answer',
  /** The terminal event that the worker is about to record, as JSON; rides on the last frame. */
  terminalEvent: 'Switchyard-Terminal-Event',
  /** Name of the object that holds the body of a request too large for a message, plain text. */
  bodyClaim: 'Switchyard-Body-Claim',
  /** `KeptAnswer` of an entry of the bucket `answers`, whose body is the answer's bytes. */
  keptAnswer: 'Switchyard-Kept-Answer',
  /** `IdempotencyEntry` of an entry of the bucket `idempotency`. */
  idempotency: 'Switchyard-Idempotency',
  /** On a dead letter that was sent again: its id, plain text. */
  redrivenFrom: 'Switchyard-Redriven-From',
  /** Set on the reply to a query that failed: `ReplyError`. */
  error: 'Switchyard-Error',
  /** W3C trace context, passed through untouched where tracing is off. */
  traceParent: 'traceparent',
  traceState: 'tracestate',
} as const;

/** Headers that JetStream itself defines and Switchyard sets. */
export const StreamHeader = {
  messageId: 'Nats-Msg-Id',
  batchId: 'Nats-Batch-Id',
  batchSequence: 'Nats-Batch-Sequence',
  batchCommit: 'Nats-Batch-Commit',
  /** Position of the message on the same subject that must be the last; 0 for none. */
  expectedLastSubjectSequence: 'Nats-Expected-Last-Subject-Sequence',
  /** Position of a message that was asked for. */
  sequence: 'Nats-Sequence',
  /** What a message does to its key of a bucket: `DEL` where it removes it. */
  keyOperation: 'KV-Operation',
  /** How long a message rests, such as `60s`; at least a second. */
  timeToLive: 'Nats-TTL',
} as const;

/** Headers that a dead letter carries besides its own: why it rests, where it came from, how often it was tried. */
export const DeadLetterHeader = {
  reason: 'Switchyard-Dead-Reason',
  subject: 'Switchyard-Dead-Subject',
  stream: 'Switchyard-Dead-Stream',
  consumer: 'Switchyard-Dead-Consumer',
  sequence: 'Switchyard-Dead-Sequence',
  deliveries: 'Switchyard-Dead-Deliveries',
  kind: 'Switchyard-Dead-Kind',
  errorClass: 'Switchyard-Dead-Error',
  stackHash: 'Switchyard-Dead-Stack',
} as const;
