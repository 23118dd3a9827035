/** Whether a host of a URL can only be this machine: `localhost`, 127.0.0.0/8 or ::1, in any spelling that URLs keep. */
export function isThisMachine(host: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
}
