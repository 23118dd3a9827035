/** Limits of holding money for requests; documented in docs/configuration.md. Times in milliseconds. */
export const HoldLimit = {
  /** Most requests of one budget that wait for others to settle. */
  waiting: 5_000,
  /** How soon billing is asked again while requests wait. */
  askAgainMilliseconds: 50,
  /** How long billing may take to answer. */
  answerMilliseconds: 5_000,
  /** How long a refusal is repeated without asking again. */
  refusalMilliseconds: 1_000,
  /** Requests for which more is leased at once. */
  leasedAhead: 64,
  /** Accounts that are remembered; idle ones are forgotten beyond. */
  accounts: 50_000,
} as const;
