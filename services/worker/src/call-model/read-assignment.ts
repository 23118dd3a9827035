import { decodeRequestBundle, MessageHeader, readFacts, readSlip, type Facts, type RoutingSlip } from '#libs/contracts';
import { Undeliverable, type IncomingMessage } from '#libs/messaging';

/** What the headers of a call's message say: whose it is, and along which plan it goes. */
export interface Assignment {
  readonly facts: Facts;
  readonly slip: RoutingSlip;
}

/** A call of the durable lane: its body, or the name under which that rests. */
export interface JobAssignment extends Assignment {
  readonly body: Uint8Array;
  readonly claim?: string;
}

/** The calls of a message of the durable lane: one described by its headers, or a bundle. @throws Undeliverable */
export function readAssignments(message: IncomingMessage): JobAssignment[] {
  if (message.header(MessageHeader.bundle) === undefined) {
    const claim = message.header(MessageHeader.bodyClaim);
    return [{ ...readAssignment(message), body: message.data, ...(claim === undefined ? {} : { claim }) }];
  }
  try {
    return decodeRequestBundle(message.data).map(({ slip, ...request }) => {
      if (!slip) throw new RangeError(`${request.facts.requestId} has no plan`);
      return { ...request, slip };
    });
  } catch (error) {
    throw new Undeliverable(`the message holds no calls: ${(error as Error).message}`);
  }
}

/**
 * Reads the headers of a call.
 * @throws Undeliverable where one is missing or is not what it should be.
 */
export function readAssignment(message: IncomingMessage): Assignment {
  const facts = message.header(MessageHeader.facts);
  const slip = message.header(MessageHeader.slip);
  if (facts === undefined || slip === undefined) throw new Undeliverable('the message carries no facts or no plan');
  try {
    return { facts: readFacts(facts), slip: readSlip(slip) };
  } catch (error) {
    throw new Undeliverable(`a header of the message cannot be read: ${(error as Error).message}`);
  }
}
