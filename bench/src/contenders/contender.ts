import { BENCH } from '../stack/bench-configuration.js';
import type { RunningStack } from '../stack/running-stack.js';
import type { Upstream, Upstreams } from '../stack/upstreams.js';
import type { RunningPeer } from '../peer/start-peer.js';
import type { Part } from '../processes/part.js';

export type ContenderName =
  | 'direct'
  | 'switchyard'
  | 'bounded'
  | 'unaudited'
  | 'peer'
  | 'no key'
  | 'no key again'
  | 'a new key each'
  | 'headers ignored'
  | 'headers followed';
export type Pace = 'fast' | 'paced';

/** Where one contender takes a call that ends at the upstream of that pace, as which model, and what else its body must say. */
export interface CallAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly model: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  /** A header that is another with each call. */
  readonly newWithEach?: string;
}

/** One way to the same upstream. `settle` resolves when all work that its calls have caused is done. */
export interface Contender {
  readonly name: ContenderName;
  readonly parts: readonly Part[];
  addressOf(pace: Pace): CallAddress;
  settle(): Promise<void>;
}

const CHAT = '/chat/completions';
const JSON_HEADERS = { 'content-type': 'application/json' } as const;
/** Anthropic's format demands it. */
const TRANSLATED_FIELDS = { max_tokens: 1024 } as const;
const nothingToSettle = (): Promise<void> => Promise.resolve();

export function directContender(upstreams: Upstreams): Contender {
  const headers = { ...JSON_HEADERS, authorization: `Bearer ${upstreams.key}` };
  return {
    name: 'direct',
    parts: [],
    addressOf: (pace) => ({ url: `${upstreams[pace].baseUrl}${CHAT}`, headers, model: BENCH.upstreamModel }),
    settle: nothingToSettle,
  };
}

export function switchyardContender(stack: RunningStack, settle: () => Promise<void>): Contender {
  const headers = { ...JSON_HEADERS, authorization: `Bearer ${stack.callerKey}` };
  return {
    name: 'switchyard',
    parts: stack.parts,
    addressOf: (pace) => ({ url: `${stack.url}/v1${CHAT}`, headers, model: BENCH.model[pace] }),
    settle,
  };
}

export function peerContender(peer: RunningPeer, upstreams: Upstreams): Contender {
  const headersFor = ({ baseUrl }: Upstream): Record<string, string> => ({
    ...JSON_HEADERS,
    authorization: `Bearer ${upstreams.key}`,
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': baseUrl,
  });
  return {
    name: 'peer',
    parts: [{ name: 'peer', pid: peer.pid }],
    addressOf: (pace) => ({
      url: `${peer.url}/v1${CHAT}`,
      headers: headersFor(upstreams[pace]),
      model: BENCH.upstreamModel,
    }),
    settle: nothingToSettle,
  };
}

/** The two gateways that turn calls in OpenAI's format into Anthropic's, which the same upstreams speak too. */
export function translatingContenders(
  switchyard: Contender,
  { peer, upstreams }: { readonly peer: RunningPeer; readonly upstreams: Upstreams },
): Contender[] {
  const headersFor = ({ baseUrl }: Upstream): Record<string, string> => ({
    ...JSON_HEADERS,
    authorization: `Bearer ${upstreams.key}`,
    'x-portkey-provider': 'anthropic',
    'x-portkey-custom-host': baseUrl,
  });
  return [
    {
      ...switchyard,
      addressOf: (pace) => ({
        ...switchyard.addressOf(pace),
        model: BENCH.translatedModel[pace],
        fields: TRANSLATED_FIELDS,
      }),
    },
    {
      ...peerContender(peer, upstreams),
      addressOf: (pace) => ({
        url: `${peer.url}/v1${CHAT}`,
        headers: headersFor(upstreams[pace]),
        model: BENCH.upstreamModel,
        fields: TRANSLATED_FIELDS,
      }),
    },
  ];
}
