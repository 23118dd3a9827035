import type { Facts } from '../routing/facts.js';
import { recordedFactsOf } from '../routing/recorded-facts.js';
import type { RequestEnded } from './request-ended.event.js';

/** What the terminal event of a request says of whose it was and what it asked for, however it ended. */
export function eventFacts(
  facts: Facts,
): Pick<
  RequestEnded,
  | 'version'
  | 'requestId'
  | 'organization'
  | 'project'
  | 'key'
  | 'keyId'
  | 'lane'
  | 'dialect'
  | 'operation'
  | 'model'
  | 'stream'
  | 'endUser'
  | 'receivedAt'
  | 'facts'
  | 'guards'
  | 'shadowOf'
  | 'job'
  | 'hold'
  | 'seal'
> {
  return {
    version: 1,
    requestId: facts.requestId,
    organization: facts.organization,
    project: facts.project,
    key: facts.key,
    ...(facts.keyId === undefined ? {} : { keyId: facts.keyId }),
    lane: facts.lane,
    dialect: facts.dialect,
    operation: facts.operation,
    model: facts.model,
    stream: facts.stream,
    ...(facts.endUser === undefined ? {} : { endUser: facts.endUser }),
    receivedAt: facts.receivedAt,
    facts: recordedFactsOf(facts),
    ...(facts.guardVerdicts ? { guards: facts.guardVerdicts } : {}),
    ...(facts.shadowOf === undefined ? {} : { shadowOf: facts.shadowOf }),
    ...(facts.job ? { job: facts.job } : {}),
    ...(facts.hold ? { hold: facts.hold } : {}),
    ...(facts.seal === undefined ? {} : { seal: facts.seal }),
  };
}
