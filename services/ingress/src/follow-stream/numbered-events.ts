import { dataOfEvent, EventRelay } from '#libs/dialects';

/** Cuts a stream into its events and counts those that carry something, so that a caller can say which was the last one seen. */
export class NumberedEvents {
  private readonly cut: string[] = [];
  private readonly relay = new EventRelay({
    isDone: false,
    learnFrom: (event) => {
      this.cut.push(event);
      return false;
    },
  });

  constructor(private next = 0) {}

  /** The events that these bytes complete; what is no event but a comment has no number. */
  push(bytes: Uint8Array): { readonly event: string; readonly number: number | undefined }[] {
    this.relay.push(bytes);
    return this.cut
      .splice(0)
      .filter((event) => event !== '')
      .map((event) => ({ event, number: dataOfEvent(event) === undefined ? undefined : this.next++ }));
  }
}

/** An event with its number, as servers of event streams tell it. */
export function withNumber(event: string, number: number | undefined): string {
  return number === undefined ? `${event}\n\n` : `id: ${number}\n${event}\n\n`;
}
