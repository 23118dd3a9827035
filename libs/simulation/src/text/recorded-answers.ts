import { readFile } from 'node:fs/promises';

/** Says which line of a recordings file cannot be used and why. A retry cannot help: the file must be mended. */
export class RecordingsError extends Error {
  override readonly name = 'RecordingsError';
  readonly isRetryable = false;
}

function readLine(line: string, field: string, place: string): { prompt: string; answer: string } {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch (cause) {
    throw new RecordingsError(`${place} is not JSON; mend or remove that line.`, { cause });
  }
  const fields = typeof entry === 'object' && entry !== null ? new Map(Object.entries(entry)) : new Map();
  const prompt: unknown = fields.get('prompt');
  const answer: unknown = fields.get(field);
  if (typeof prompt === 'string' && typeof answer === 'string') return { prompt, answer };
  const missing = typeof prompt === 'string' ? field : 'prompt';
  const present = [...fields.keys()].join(', ') || 'none';
  throw new RecordingsError(`${place} has no text in the field "${missing}" (fields there: ${present}).`);
}

/**
 * Answers recorded from real models, to be replayed instead of generated text. The file is JSONL: every line an object
 * with the text `prompt` and one text field per recorded model, e.g. `{"prompt": "…", "some_model": "…"}`. A prompt
 * matches when it equals the last user message, white space at both ends aside; of equal prompts the last line counts.
 */
export class RecordedAnswers {
  private constructor(private readonly answers: ReadonlyMap<string, string>) {}

  /** Reads the answers in `field` of every line of a file. Throws a `RecordingsError` naming the first bad line. */
  static async load(path: string, field: string): Promise<RecordedAnswers> {
    let content: string;
    try {
      content = await readFile(path, 'utf8');
    } catch (cause) {
      throw new RecordingsError(`The recordings file ${path} cannot be read; check the path.`, { cause });
    }
    return RecordedAnswers.parse(content, field, path);
  }

  /** The same from text at hand; `source` names it in errors. */
  static parse(content: string, field: string, source = 'the recordings'): RecordedAnswers {
    const answers = new Map<string, string>();
    for (const [index, line] of content.split('\n').entries()) {
      if (line.trim() === '') continue;
      const { prompt, answer } = readLine(line, field, `Line ${index + 1} of ${source}`);
      answers.set(prompt.trim(), answer);
    }
    return new RecordedAnswers(answers);
  }

  get size(): number {
    return this.answers.size;
  }

  /** The recorded answer to a prompt, or undefined where none was recorded. */
  answerTo(prompt: string): string | undefined {
    return this.answers.get(prompt.trim());
  }
}
