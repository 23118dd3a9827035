/** What the command's exit status says; documented in `switchyard --help`. */
export const ExitCode = {
  ok: 0,
  /** Wrong arguments, or the server cannot be reached or refuses. */
  usage: 1,
  /** It was done, and what came out is not well: lines failed, the trail is not whole, books or reports differ. */
  failedLines: 2,
  /** Ctrl-C. */
  interrupted: 130,
  /** The reader of the output has closed the pipe; what a program shows that the signal of it ends. */
  nobodyReads: 141,
} as const;
