import { appendFileSync, readFileSync } from 'node:fs';

/** What a client did and what came of it. */
export interface JournalEntry {
  readonly attempt: string;
  readonly step: 'begun' | 'answered' | 'broken';
  readonly status?: number;
  /** What the answer names: a request, a batch, a file. */
  readonly id?: string;
  readonly note?: string;
}

/** Totals of a journal. Lost attempts are those that were begun and heard nothing. */
export interface JournalSums {
  readonly attempts: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly broken: number;
  readonly silent: number;
}

/** A client's own book: each step is on disk before it counts. */
export class Journal {
  constructor(private readonly file: string) {
    appendFileSync(file, '');
  }

  write(entry: JournalEntry): void {
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }

  read(): JournalEntry[] {
    const text = readFileSync(this.file, 'utf8').trimEnd();
    return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as JournalEntry);
  }

  /** The ids of everything that was answered with a 2xx. */
  acknowledgedIds(): string[] {
    return this.read().flatMap(({ status = 0, id }) => (isSuccess(status) && id !== undefined ? [id] : []));
  }

  sums(): JournalSums {
    const entries = this.read();
    const count = (matches: (entry: JournalEntry) => boolean): number => entries.filter(matches).length;
    const attempts = count(({ step }) => step === 'begun');
    const answered = count(({ step }) => step === 'answered');
    const broken = count(({ step }) => step === 'broken');
    const acknowledged = count(({ step, status = 0 }) => step === 'answered' && isSuccess(status));
    return { attempts, acknowledged, refused: answered - acknowledged, broken, silent: attempts - answered - broken };
  }
}

const isSuccess = (status: number): boolean => status >= 200 && status < 300;
