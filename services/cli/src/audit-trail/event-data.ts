const END_OF_EVENT = '\n\n';
const DATA = 'data: ';

/** The data of server-sent events, each on one line, as they come; comments are left out. */
export async function* eventData(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of pieces) {
    text += decoder.decode(piece, { stream: true });
    const events = text.split(END_OF_EVENT);
    text = events.pop() ?? '';
    for (const line of events.flatMap((event) => event.split('\n'))) {
      if (line.startsWith(DATA)) yield line.slice(DATA.length);
    }
  }
}
