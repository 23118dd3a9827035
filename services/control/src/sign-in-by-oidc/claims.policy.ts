type Claims = Readonly<Record<string, unknown>>;

/** Digits, letters, and what else stands in addresses; nothing that could be read as another one. */
const ADDRESS = /^[^\s@<>"(),:;\\]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?$/;

/** The mail address that an identity provider vouches for, in small letters; undefined where it vouches for none. */
export function verifiedAddressOf(claims: Claims, isTrusted: boolean): string | undefined {
  const { email, email_verified: isVerified } = claims;
  if (typeof email !== 'string') return undefined;
  // Some providers say so in words; one that is trusted must at least not deny it.
  const isVouchedFor = isVerified === true || isVerified === 'true' || (isTrusted && isVerified === undefined);
  const address = email.toLowerCase();
  return isVouchedFor && ADDRESS.test(address) ? address : undefined;
}

/** Whether a claim has a value, or is a list that holds it. */
export function hasClaim(claims: Claims, name: string, value: string): boolean {
  const claim = Object.hasOwn(claims, name) ? claims[name] : undefined;
  const given: unknown[] = Array.isArray(claim) ? claim : [claim];
  return given.some((one) => (typeof one === 'string' || typeof one === 'boolean') && String(one) === value);
}
