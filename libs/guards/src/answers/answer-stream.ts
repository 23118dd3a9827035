import { StringDecoder } from 'node:string_decoder';
import type { GuardVerdict } from '#libs/contracts';
import type { CompiledGuard } from '../compiled-guard.js';
import { textsOf, withTexts } from '../json-texts.js';
import type { Placeholders } from '../masking/placeholders.js';
import { AnswerTallies } from './answer-tallies.js';
import { textsOfEvent, type Piece } from './pieces.js';
import { TextFilter } from './text-filter.js';

const END_OF_EVENT = /\r?\n\r?\n/;

/** A text that is under way, and the last event that brought a piece of it, for a piece that comes after all. */
interface Channel {
  readonly filter: TextFilter;
  lines: readonly string[];
  data: string;
}

/**
 * A streamed answer (server-sent events of any dialect) that goes through guards on its way to the caller: every text in it is
 * masked and restored across its pieces, and what is held back comes before the event that ends the text. Events that nothing
 * changes go on byte by byte.
 */
export class AnswerStream {
  private readonly decoder = new StringDecoder('utf8');
  private readonly channels = new Map<string, Channel>();
  private readonly tallies: AnswerTallies;
  private readonly said = new Map<string, string>();
  private text = '';
  private hasPieces = false;

  /** Only guards that find by themselves; what others say of a stream is asked when all of it is there. */
  constructor(
    guards: readonly CompiledGuard[],
    private readonly placeholders: Placeholders,
    /** Whether `spoken` is asked for. */
    private readonly remembers = false,
  ) {
    this.tallies = new AnswerTallies(guards.filter(({ find }) => find !== undefined));
  }

  /** The texts that came so far, each whole, as the provider said them. */
  get spoken(): string[] {
    return [...this.said.values()];
  }

  get verdicts(): GuardVerdict[] {
    return this.tallies.verdicts();
  }

  /** The next bytes, and those that may go on: whole events. @throws GuardRefused */
  push(bytes: Uint8Array): string {
    this.text += this.decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    let written = '';
    for (let end = END_OF_EVENT.exec(this.text); end; end = END_OF_EVENT.exec(this.text)) {
      const length = end.index + end[0].length;
      written += this.event(this.text.slice(0, end.index), end[0]);
      this.text = this.text.slice(length);
    }
    return written;
  }

  /** What is left at the end of the stream. @throws GuardRefused */
  end(): string {
    const rest = this.text + this.decoder.end();
    this.text = '';
    return this.endChannels('') + (rest.trim() === '' ? rest : this.event(rest, ''));
  }

  private event(text: string, separator: string): string {
    const lines = text.split(/\r?\n/);
    const data = lines
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice('data:'.length).trimStart())
      .join('\n');
    if (data === '') return text + separator;
    const event = parsed(data);
    if (event === undefined) return this.endChannels('') + text + separator;
    const { pieces, ends } = textsOfEvent(event);
    const isChanged = this.takePieces(pieces, { lines, data });
    // Whatever its own pieces leave behind stands before the end that it tells of.
    const before = ends.map((name) => this.endChannels(name)).join('');
    if (pieces.length > 0)
      return before + (isChanged ? encoded(lines, JSON.stringify(event)) + separator : text + separator);
    const whole = this.wholeTexts(data);
    return before + (whole === data ? text : encoded(lines, whole)) + (separator === '' ? '' : separator);
  }

  private takePieces(pieces: readonly Piece[], { lines, data }: Pick<Channel, 'lines' | 'data'>): boolean {
    let isChanged = false;
    for (const { channel: name, text, manner, set } of pieces) {
      this.hasPieces = true;
      const channel = this.channels.get(name) ?? {
        filter: new TextFilter(this.tallies, this.placeholders, manner),
        lines,
        data,
      };
      this.channels.set(name, channel);
      Object.assign(channel, { lines, data });
      if (this.remembers) this.said.set(name, (this.said.get(name) ?? '') + text);
      const released = channel.filter.push(text);
      if (released === text) continue;
      set(released);
      isChanged = true;
    }
    return isChanged;
  }

  /** Events with what was held back of the texts whose names begin so. */
  private endChannels(prefix: string): string {
    let written = '';
    for (const [name, { filter, lines, data }] of this.channels) {
      if (!name.startsWith(prefix)) continue;
      this.channels.delete(name);
      if (!filter.isHolding) continue;
      const rest = filter.end();
      if (rest !== '') written += `${encoded(lines, remainder(data, name, rest))}\n\n`;
    }
    return written;
  }

  /** The texts of an event that brings whole ones, such as the response at its end. */
  private wholeTexts(data: string): string {
    const changed = textsOf(data).flatMap(({ start, end, text, key, isJson }) => {
      const manner = { isJson, restores: key !== 'thinking', counts: !this.hasPieces };
      const filter = new TextFilter(this.tallies, this.placeholders, manner);
      const to = filter.push(text) + filter.end();
      return to === text ? [] : [{ start, end, to }];
    });
    return changed.length === 0 ? data : withTexts(data, changed);
  }
}

/** The last event that brought a piece of a text, with this piece of it alone. */
function remainder(data: string, name: string, rest: string): string {
  const event: unknown = JSON.parse(data);
  for (const { channel, set } of textsOfEvent(event).pieces) set(channel === name ? rest : '');
  const { choices } = event as { choices?: { finish_reason?: unknown }[] };
  for (const choice of choices ?? []) if (choice.finish_reason !== undefined) choice.finish_reason = null;
  return JSON.stringify(event);
}

/** An event with other data; a number that it bears stays with the event that came. */
function encoded(lines: readonly string[], data: string): string {
  const others = lines.filter((line) => !line.startsWith('data:'));
  return [...others, `data: ${data}`].join('\n');
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    return undefined;
  }
}
