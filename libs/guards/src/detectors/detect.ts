import { BUILT_IN_CLASSES, type DataClass } from '#libs/contracts';
import { withoutOverlaps, type Detection, type Detector } from '../detection.js';
import { findCards } from './card.js';
import { findEmails } from './email.js';
import { findIbans } from './iban.js';
import { findIpAddresses } from './ip-address.js';
import { findNationalIds } from './national-id.js';
import { findPhones } from './phone.js';
import { findSecrets } from './secret.js';

type BuiltIn = (typeof BUILT_IN_CLASSES)[number];

/** `needs`: a text without it has nothing of the class. */
const DETECTORS: Readonly<Record<BuiltIn, { readonly find: Detector; readonly needs?: RegExp }>> = {
  email: { find: findEmails },
  phone: { find: findPhones, needs: /\d/ },
  card: { find: findCards, needs: /\d/ },
  iban: { find: findIbans, needs: /\d/ },
  national_id: { find: findNationalIds, needs: /\d/ },
  ip_address: { find: findIpAddresses, needs: /\d/ },
  secret: { find: findSecrets },
};

/** A detector for several built-in classes; those that have none are found by plug-ins. Findings do not overlap. */
export function detectorOf(classes: readonly DataClass[]): Detector {
  const wanted = BUILT_IN_CLASSES.filter((name) => classes.includes(name));
  // A number that is a card is no telephone number, whichever of the two is asked for.
  const rivals: readonly BuiltIn[] = wanted.includes('phone') ? ['card', 'iban', 'national_id', 'ip_address'] : [];
  const all = [...new Set([...wanted, ...rivals])].map((name) => DETECTORS[name]);
  return (text) => {
    const found: Detection[] = [];
    for (const { find, needs } of all) if (!needs || needs.test(text)) found.push(...find(text));
    return withoutOverlaps(found).filter((one) => wanted.includes(one.class as BuiltIn));
  };
}
