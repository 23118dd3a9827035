import type { Made } from '#libs/contracts';

/** The answer to a command that makes something, marked where it only found what had been made before. */
export function markRepeat<Shown extends object>(shown: Shown, isRepeat: boolean): Made<Shown> {
  return isRepeat ? { ...shown, replayed: true } : shown;
}
