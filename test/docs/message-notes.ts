import { DeadLetterHeader, MessageHeader, Subject } from '#libs/contracts';

/** What the contracts do not say of a subject in a form that can be read by a program. */
interface SubjectNote {
  readonly way: string;
  readonly payload: string;
}

const query = (way: string): SubjectNote => ({
  way,
  payload: 'query in JSON; the reply is JSON, or empty with an error header',
});

/** One note for each subject; a new subject without one does not compile. */
export const subjectNotes: Readonly<Record<keyof typeof Subject, SubjectNote>> = {
  requestAcceptedInteractive: { way: 'ingress → one router', payload: "the caller's body, or empty with a claim" },
  requestAcceptedDurable: { way: 'jobs → router', payload: 'a bundle of requests, or the body of one' },
  callAssignedInteractive: { way: 'router, worker → one worker', payload: 'as it came' },
  callAssignedDurable: { way: 'router, worker → worker', payload: 'a bundle of requests with their plans' },
  reply: { way: 'worker, router → the ingress that asked', payload: 'a frame of the answer' },
  resultsRecorded: { way: 'worker, router → the ingress that asked', payload: 'JSON list of request ids' },
  callCancelled: { way: 'ingress → every worker', payload: 'empty' },
  requestEnded: { way: 'worker, router, ingress, jobs → billing, audit, jobs', payload: 'the terminal event in JSON' },
  requestsEnded: {
    way: 'worker → billing, audit, jobs',
    payload: 'several terminal events, and their answers behind them',
  },
  openRequestList: query('worker → one jobs'),
  queueList: query('ingress → one jobs'),
  queuePause: query('ingress → one jobs'),
  queueResume: query('ingress → one jobs'),
  notificationRaised: { way: 'billing, control → jobs', payload: 'what was raised, in JSON' },
  deadLetter: { way: 'any consumer → operator', payload: 'the payload that was buried' },
  healthAsk: query('ingress → every process of a service'),
  metricsAsk: { way: 'ingress → every process', payload: 'empty; each replies in Prometheus text' },
  fileCreate: query('ingress → one jobs'),
  fileRead: query('ingress → one jobs'),
  fileList: query('ingress → one jobs'),
  fileDelete: query('ingress → one jobs'),
  batchCreate: query('ingress → one jobs'),
  batchRead: query('ingress → one jobs'),
  batchList: query('ingress → one jobs'),
  batchCancel: query('ingress → one jobs'),
  jobCreate: query('ingress → one jobs'),
  jobRead: query('ingress → one jobs'),
  jobList: query('ingress → one jobs'),
  jobCancel: query('ingress → one jobs'),
  jobDelete: query('ingress → one jobs'),
  jobResultRead: query('ingress → one jobs'),
  jobStarted: { way: 'worker → one jobs', payload: 'job id and request id in JSON' },
  messageBatchCreate: query('ingress → one jobs'),
  messageBatchRead: query('ingress → one jobs'),
  messageBatchList: query('ingress → one jobs'),
  messageBatchCancel: query('ingress → one jobs'),
  messageBatchDelete: query('ingress → one jobs'),
  messageBatchResultsRead: query('ingress → one jobs'),
  responsePut: query('ingress → one jobs'),
  responseRead: query('ingress → one jobs'),
  responseCancel: query('ingress → one jobs'),
  responseDelete: query('ingress → one jobs'),
  responseInputList: query('ingress → one jobs'),
  responseContextRead: query('ingress → one jobs'),
  webhookEndpointCreate: query('ingress → one jobs'),
  webhookEndpointRead: query('ingress → one jobs'),
  webhookEndpointList: query('ingress → one jobs'),
  webhookEndpointUpdate: query('ingress → one jobs'),
  webhookEndpointDelete: query('ingress → one jobs'),
  webhookSecretRotate: query('ingress → one jobs'),
  webhookTest: query('ingress → one jobs'),
  webhookDeliveryList: query('ingress → one jobs'),
  webhookDeliveryRead: query('ingress → one jobs'),
  webhookDeliveryReplay: query('ingress → one jobs'),
  webhookReplay: query('ingress → one jobs'),
  routeExplain: query('ingress → one router'),
  policyReplay: query('ingress → one control'),
  policyList: query('ingress → one control'),
  policyTry: query('ingress → one control'),
  policyPromote: query('ingress → one control'),
  policyRollBack: query('ingress → one control'),
  decidedRequestList: query('control → one audit'),
  feedbackPut: query('ingress → one audit'),
  feedbackList: query('ingress → one audit'),
  chargeRead: query('ingress → one billing'),
  usageReport: query('ingress → one billing'),
  budgetList: query('ingress → one billing'),
  budgetGrant: query('ingress → one billing'),
  ledgerVerify: query('ingress → one billing'),
  budgetLease: query('ingress → one billing'),
  budgetReturn: query('ingress → one billing'),
  holdPlace: query('jobs → one billing'),
  budgetRecalled: { way: 'billing → every process with leases', payload: 'which budget, in JSON' },
  requestRead: query('ingress → one audit'),
  auditEventList: query('ingress → one audit'),
};

/** The names shown for the parts of a subject that vary, in the order of its parameters. */
export const subjectParameters: Partial<Readonly<Record<keyof typeof Subject, readonly string[]>>> = {
  requestAcceptedDurable: ['<priority>'],
  callAssignedInteractive: ['<provider>'],
  callAssignedDurable: ['<provider>', '<priority>'],
  reply: ['<ingress>', '<request>'],
  notificationRaised: ['<organization>'],
  resultsRecorded: ['<ingress>'],
  callCancelled: ['<request>'],
  requestEnded: ['<outcome>', '<organization>', '<lane>'],
  requestsEnded: ['<organization>', '<lane>'],
  deadLetter: ['<consumer>'],
  healthAsk: ['<service>'],
};

/** Where each header stands, and its form. */
export const headerNotes: Readonly<Record<keyof typeof MessageHeader, readonly [where: string, form: string]>> = {
  requestId: ['REQUESTS', 'request id, plain'],
  facts: ['requests, calls', '`Facts`, JSON'],
  slip: ['calls', '`RoutingSlip`, JSON'],
  bundle: ['REQUESTS, CALLS', 'number of requests in the message, plain; in place of facts, plan and claim'],
  frame: ['reply frames but chunks', 'kind of the frame, plain'],
  sequence: ['reply frames but `alive`', 'number from 0; a gap means that frames were lost'],
  answer: ['reply frames but chunks and `part`', '`AnswerHead`, JSON'],
  terminalEvent: ['reply frames `end`, `whole`, `error`', '`RequestEnded`, JSON'],
  bodyClaim: ['requests, calls', 'name of an object in the bucket `bodies`, plain'],
  keptAnswer: ['entries of the bucket `answers`', '`KeptAnswer`, JSON'],
  error: ['replies to queries', '`ReplyError`, JSON'],
  traceParent: ['requests, calls', 'W3C trace context'],
  traceState: ['requests, calls', 'W3C trace context'],
};

/** The headers of a dead letter. */
export const deadLetterNotes: Readonly<Record<keyof typeof DeadLetterHeader, string>> = {
  reason: 'why no consumer could digest it',
  subject: 'the subject it came on',
  stream: 'the stream it came from',
  consumer: 'who buried it',
  sequence: 'its sequence in that stream',
  deliveries: 'how often it had been delivered',
};
