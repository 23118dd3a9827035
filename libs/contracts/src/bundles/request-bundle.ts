import type { Facts } from '../routing/facts.js';
import { checkedFacts, checkedSlip } from '../routing/read-headers.js';
import type { RoutingSlip } from '../routing/plan.js';

/** One request among others in a message of the durable lane. */
export interface BundledRequest {
  readonly facts: Facts;
  /** Empty where the body rests in the bucket `bodies`. */
  readonly body: Uint8Array;
  /** Name of the body there. */
  readonly claim?: string;
  /** Its plan, once it has one. */
  readonly slip?: RoutingSlip;
}

/** Of one request: what its facts say beyond the shared ones, the length of its body, and the place of its plan. */
type Line = [own: Partial<Facts>, bodyBytes: number, slip: number, claim?: string];

interface Head {
  /** What the facts of all say. */
  readonly facts: Partial<Facts>;
  readonly slips: readonly RoutingSlip[];
  readonly lines: readonly Line[];
}

const LINE_FEED = 0x0a;
const NO_SLIP = -1;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Several requests of the durable lane as one message: a line of JSON, in which what they have in common (whose they are, their
 * plan) stands once, and behind it their bodies as they are. One message for many is what makes the lane fast: a message
 * costs more than what is in it.
 */
export function encodeRequestBundle(requests: readonly BundledRequest[]): Uint8Array {
  const shared = sharedFacts(requests);
  const slips = new Map<string, number>();
  const lines = requests.map(({ facts, body, claim, slip }): Line => {
    const place = slip ? placeOf(slip, slips) : NO_SLIP;
    const own = ownFacts(facts, shared);
    return claim === undefined ? [own, body.length, place] : [own, body.length, place, claim];
  });
  const head = `{"facts":${JSON.stringify(shared)},"slips":[${[...slips.keys()].join(',')}],"lines":${JSON.stringify(lines)}}\n`;
  const headBytes = encoder.encode(head);
  const bytes = new Uint8Array(requests.reduce((sum, { body }) => sum + body.length, headBytes.length));
  bytes.set(headBytes);
  let offset = headBytes.length;
  for (const { body } of requests) {
    bytes.set(body, offset);
    offset += body.length;
  }
  return bytes;
}

/** Well below the MiB that a server takes, since a plan may be added. */
const MOST_BUNDLE_BYTES = 640 * 1024;

/** Requests that fit together into one message, and that message. */
export interface EncodedBundle {
  readonly requests: readonly BundledRequest[];
  readonly bytes: Uint8Array;
}

/** The messages for these requests: one, or several where it would be too large. A single request goes whatever its size. */
export function encodeRequestBundles(
  requests: readonly BundledRequest[],
  mostBytes: number = MOST_BUNDLE_BYTES,
): EncodedBundle[] {
  if (requests.length === 0) return [];
  const bytes = encodeRequestBundle(requests);
  if (bytes.length <= mostBytes || requests.length === 1) return [{ requests, bytes }];
  const half = Math.ceil(requests.length / 2);
  return [
    ...encodeRequestBundles(requests.slice(0, half), mostBytes),
    ...encodeRequestBundles(requests.slice(half), mostBytes),
  ];
}

/** Reads such a message. Bodies are views of it; requests with the same plan share it. Throws where it is none. */
export function decodeRequestBundle(message: Uint8Array): BundledRequest[] {
  const end = message.indexOf(LINE_FEED);
  const { facts, slips, lines }: Head = JSON.parse(decoder.decode(message.subarray(0, end)));
  let offset = end + 1;
  return lines.map(([own, bodyBytes, place, claim]) => {
    const body = message.subarray(offset, offset + bodyBytes);
    if (body.length !== bodyBytes) throw new RangeError('a bundle ends before the body of its last request');
    offset += bodyBytes;
    const slip = slips[place];
    return {
      facts: checkedFacts({ ...facts, ...own }),
      body,
      ...(claim === undefined ? {} : { claim }),
      ...(slip ? { slip: checkedSlip(slip) } : {}),
    };
  });
}

function placeOf(slip: RoutingSlip, slips: Map<string, number>): number {
  const text = JSON.stringify(slip);
  const known = slips.get(text);
  if (known !== undefined) return known;
  slips.set(text, slips.size);
  return slips.size - 1;
}

/** Values that all have, compared as they are: objects count as different, and travel with each request. */
function sharedFacts(requests: readonly BundledRequest[]): Partial<Facts> {
  const [first, ...others] = requests.map(({ facts }) => Object.entries(facts));
  if (!first) return {};
  const rest = requests.slice(1).map(({ facts }) => facts as Record<string, unknown>);
  return Object.fromEntries(
    others.length === 0 ? [] : first.filter(([name, value]) => rest.every((facts) => facts[name] === value)),
  );
}

function ownFacts(facts: Facts, shared: Partial<Facts>): Partial<Facts> {
  const own: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(facts)) {
    if (!(name in shared)) own[name] = value;
  }
  return own;
}
