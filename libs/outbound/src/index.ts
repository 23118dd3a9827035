export { GuardedFetcher, type FetchedBody, type FetchOptions, type GuardedFetcherOptions } from './guarded-fetcher.js';
export { GuardedSender, type GuardedSenderOptions, type OutgoingMessage, type SentAnswer } from './guarded-sender.js';
export { GuardedSockets, type GuardedSocketsOptions, type SocketAddress } from './guarded-sockets.js';
export type { ResolveHost } from './guarded-connector.js';
export { OutboundError, type OutboundProblem } from './outbound.error.js';
export { CallableAddresses, type CallableAddressesOptions } from './callable-addresses.js';
