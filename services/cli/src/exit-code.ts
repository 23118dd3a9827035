/** What the command's exit status says; documented in `switchyard --help`. */
export const ExitCode = {
  ok: 0,
  /** Wrong arguments, or the server cannot be reached or refuses. */
  usage: 1,
  /** The batch failed, or some of its lines did; or the trail is not whole. */
  failedLines: 2,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
