/** What a model is sold by that is not sold by tokens, or whose answers tell none. */
export interface SoldBy {
  /** What is counted, for people. */
  readonly words: string;
  /** The fields of a price in switchyard.yaml of which it needs one. */
  readonly fields: readonly string[];
}

const AUDIO = { words: 'the length of audio', fields: ['perMinuteOfAudio', 'perHourOfAudio', 'perRequest'] };
const SPEECH = {
  words: 'the length of the audio it makes',
  fields: ['perMinuteOfAudio', 'perHourOfAudio', 'perMillionCharacters', 'perRequest'],
};
const IMAGES = { words: 'images', fields: ['perImage', 'images', 'perRequest'] };
const CHARACTERS = { words: 'characters', fields: ['perMillionCharacters', 'perRequest'] };
const SEARCHES = { words: 'searches', fields: ['perThousandSearches', 'perRequest'] };

/** By the names that vendors give them; what stands in front of a name does not matter. */
const SOLD: readonly (readonly [name: RegExp, by: SoldBy])[] = [
  [/whisper/, AUDIO],
  [/(?:^|[/.])(?:dall-e-[23]|imagen-|titan-image|nova-canvas)/, IMAGES],
  [/(?:^|\/)tts-1/, CHARACTERS],
  [/(?:^|\/)gpt-4o-mini-tts/, SPEECH],
  [/(?:^|[/.])rerank-(?:english|multilingual|v\d)/, SEARCHES],
];

/** What a well-known model is sold by where that is not tokens; undefined for all others. */
export function soldBy(model: string): SoldBy | undefined {
  return SOLD.find(([name]) => name.test(model.toLowerCase()))?.[1];
}
