/** A request of a batch of messages as it stands in its file: its name, and its parameters' own bytes. */
export interface MessageLine {
  readonly customId: string;
  readonly body: Uint8Array;
}

const HEAD = /^\{"custom_id":"([A-Za-z0-9_-]{1,64})","params":/;
const LONGEST_HEAD = 128;

/** Reads a line of the form `{"custom_id":"…","params":{…}}`, which is how ingress writes them. Throws for any other. */
export function readMessageLine(bytes: Uint8Array): MessageLine {
  const head = HEAD.exec(Buffer.from(bytes.subarray(0, LONGEST_HEAD)).toString('latin1'));
  const customId = head?.[1];
  if (!head || customId === undefined)
    throw new Error('A line of a batch of messages is not of the form that they have');
  return { customId, body: bytes.subarray(head[0].length, bytes.length - 1) };
}
