export { GuardedFetcher, type FetchedBody, type GuardedFetcherOptions } from './guarded-fetcher.js';
export { GuardedSender, type GuardedSenderOptions, type OutgoingMessage } from './guarded-sender.js';
export { GuardedSockets } from './guarded-sockets.js';
export type { ResolveHost } from './guarded-connector.js';
export { OutboundError, type OutboundProblem } from './outbound.error.js';
export { CallableAddresses, type CallableAddressesOptions } from './callable-addresses.js';
