import { parseArgs } from 'node:util';
import { RecordedAnswers } from '../text/recorded-answers.js';
import type { SimProviderOptions } from './start-sim-provider.js';

/** Says which argument of the sim provider's command line cannot be used and why. */
class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
  readonly isRetryable = false;
}

/** The help text of the command. */
export const USAGE = `Usage: sim-provider [options]
  --port N               port (default: any free one)
  --host ADDRESS         address to listen on (default 127.0.0.1)
  --key KEY              bearer key to demand (default: none)
  --log FILE             append one JSON line per call to this file
  --latency-ms N         wait before the first byte
  --tokens-per-second N  speed of generation (default 0: as fast as possible)
  --tokens-per-chunk N   content tokens per stream event (default 1)
  --output-tokens N      natural length of every answer (default: 16 to 200, by the prompt)
  --failure-rate N       share of calls that get status 503, 0 to 1
  --requests-per-minute N, --tokens-per-minute N
                         limits of each model: status 429 beyond, and what is left in the headers of every answer
  --any-model            answer models of any name
  --recordings FILE --recordings-field NAME
                         replay recorded answers: JSONL with "prompt" and the named field
  --help                 show this`;

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  key: { type: 'string' },
  log: { type: 'string' },
  'latency-ms': { type: 'string' },
  'tokens-per-second': { type: 'string' },
  'tokens-per-chunk': { type: 'string' },
  'output-tokens': { type: 'string' },
  'failure-rate': { type: 'string' },
  'requests-per-minute': { type: 'string' },
  'tokens-per-minute': { type: 'string' },
  'any-model': { type: 'boolean' },
  recordings: { type: 'string' },
  'recordings-field': { type: 'string' },
  help: { type: 'boolean' },
} as const;

interface NumberRange {
  readonly minimum?: number;
  readonly maximum: number;
  readonly isWhole?: boolean;
}

const PER_MINUTE: NumberRange = { minimum: 1, maximum: 1_000_000_000, isWhole: true };

function readNumber(name: string, text: string | undefined, range: NumberRange): number | undefined {
  if (text === undefined) return undefined;
  const { minimum = 0, maximum, isWhole = false } = range;
  const value = Number(text);
  const isGood = text.trim() !== '' && value >= minimum && value <= maximum && (!isWhole || Number.isInteger(value));
  if (isGood) return value;
  const kind = isWhole ? 'a whole number' : 'a number';
  throw new ArgumentError(`--${name} must be ${kind} from ${minimum} to ${maximum}, not "${text}".`);
}

function parse(commandLine: string[]) {
  try {
    return parseArgs({ args: commandLine, options: OPTIONS }).values;
  } catch (cause) {
    throw new ArgumentError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function readRecordings(path: string | undefined, field: string | undefined) {
  if ((path === undefined) !== (field === undefined)) {
    throw new ArgumentError('--recordings and --recordings-field go together; give both or neither.');
  }
  return path === undefined || field === undefined ? undefined : await RecordedAnswers.load(path, field);
}

/**
 * Reads the sim provider's command line (without node and the script) and loads the recordings it names; 'help' when
 * help was asked for. Throws an `ArgumentError` or a `RecordingsError` with one sentence for the user.
 */
export async function readSimProviderArguments(commandLine: string[]): Promise<SimProviderOptions | 'help'> {
  const values = parse(commandLine);
  if (values.help === true) return 'help';
  return {
    port: readNumber('port', values.port, { maximum: 65_535, isWhole: true }),
    host: values.host,
    key: values.key,
    logFile: values.log,
    latencyMilliseconds: readNumber('latency-ms', values['latency-ms'], { maximum: 3_600_000 }),
    tokensPerSecond: readNumber('tokens-per-second', values['tokens-per-second'], { maximum: 10_000_000 }),
    tokensPerChunk: readNumber('tokens-per-chunk', values['tokens-per-chunk'], {
      minimum: 1,
      maximum: 100_000,
      isWhole: true,
    }),
    outputTokens: readNumber('output-tokens', values['output-tokens'], { maximum: 100_000, isWhole: true }),
    failureRate: readNumber('failure-rate', values['failure-rate'], { maximum: 1 }),
    requestsPerMinute: readNumber('requests-per-minute', values['requests-per-minute'], PER_MINUTE),
    tokensPerMinute: readNumber('tokens-per-minute', values['tokens-per-minute'], PER_MINUTE),
    answersAnyModel: values['any-model'],
    recordings: await readRecordings(values.recordings, values['recordings-field']),
    // The log file is the record of a process that may answer for days.
    keptCalls: 0,
  };
}
