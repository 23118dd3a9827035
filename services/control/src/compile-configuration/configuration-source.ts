import type { ConfigurationDocument } from '../keep-documents/configuration-documents.js';

/** Everything that compiling a configuration depends on, so that it can be compiled anywhere, also in a test. */
export interface ConfigurationSource {
  readonly text: string;
  /** The file as it is to be called in problems. */
  readonly path: string;
  /** Absolute path of the folder where relative paths in the file start. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads the UTF-8 text of the file at an absolute path; throws when it cannot. */
  readonly readFile: (absolutePath: string) => string;
  /** Whether a file can be read at an absolute path. */
  readonly isFile: (absolutePath: string) => boolean;
  /** What the admin API keeps besides the text, credentials included. */
  readonly stored?: readonly ConfigurationDocument[] | undefined;
  /** Hex SHA-256 of the bootstrap admin key, which no configured key may equal. */
  readonly adminKeySha256?: string | undefined;
  /** The day whose listed prices apply, YYYY-MM-DD in UTC; today where it is absent. */
  readonly date?: string | undefined;
  /** The moment at which prices of the configuration hold or not, in Unix milliseconds; the present where it is absent. */
  readonly now?: number | undefined;
}
