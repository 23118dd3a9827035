const LONGEST = 2_000;
const SOMEWHERE = 'http://switchyard.invalid';

/** Where somebody goes once they are in and said nothing else. */
export const HOME = '/auth/account';

/** A path of ours to go on at; the home page for everything that could lead elsewhere. */
export function returnToOf(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > LONGEST || !/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(wanted))
    return HOME;
  const url = URL.parse(wanted, SOMEWHERE);
  return url?.origin === SOMEWHERE && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : HOME;
}
