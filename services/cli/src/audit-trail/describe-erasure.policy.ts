/** What an erasure answered. */
export interface Erasure {
  readonly pseudonym: string;
  readonly erased_at: string;
  readonly keys_destroyed: number;
}

/** What was erased, for people; where nothing was, the name may be misspelt, which nobody may take for an erasure. */
export function describeErasure(
  { pseudonym, erased_at: at, keys_destroyed: count }: Erasure,
  { organization, subject }: { readonly organization: string; readonly subject: string | undefined },
): string {
  if (count > 0) {
    const keys = count === 1 ? 'one key' : `${count} keys`;
    return `Erased at ${at}: ${keys} destroyed. In the trail the subject is ${pseudonym}.`;
  }
  const whose = subject === undefined ? 'requests that name no end user' : `the end user "${subject}"`;
  const check = subject === undefined ? '' : ' Check the name: it is that which requests give, letter by letter.';
  return (
    `Nothing was there to erase: of ${whose} nothing is kept in ${organization}, or it was erased before.${check}\n` +
    `That it was asked for at ${at} stands in the trail, where the subject is ${pseudonym}.`
  );
}
