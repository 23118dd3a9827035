import type { Candidacy } from '../candidacy.js';
import { mixedShare } from '../hash-text.js';
import { placeInDraw } from './draws.js';

/**
 * The place of a candidate under the hash of a value, by weighted rendezvous hashing (Thaler and Ravishankar 1998): a draw whose
 * chance is the hash of the value and the target; lower comes first. A value keeps its target while that is among the candidates,
 * whoever else comes or goes, and targets get values in proportion to their weights.
 */
export function rendezvousPlace({ entry, placed }: Candidacy, hashedValue: number): number {
  return placeInDraw(entry.weight, mixedShare(hashedValue, placed.hash));
}
