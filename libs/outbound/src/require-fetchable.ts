import { OutboundError } from './outbound.error.js';

/** Refuses URLs that are not the web's, and those with a name and password, which are made to be misread. */
export function requireFetchable(url: URL): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new OutboundError('bad_url', `a URL must begin with https:// or http://, not ${url.protocol.slice(0, 20)}`);
  if (url.username !== '' || url.password !== '')
    throw new OutboundError('bad_url', `the URL at ${url.host} has a user name or password in it`);
}
