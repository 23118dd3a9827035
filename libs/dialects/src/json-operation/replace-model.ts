import type { Facts } from '#libs/contracts';

/**
 * The caller's body with the model's name replaced and all other bytes as they came. An empty span stands before the first
 * member of an object that names no model; the name is put in there.
 */
export function replaceModel(body: Uint8Array, { spans }: Pick<Facts, 'spans'>, model: string): Buffer {
  const [start, end] = spans.model;
  const name = JSON.stringify(model);
  return spliced(body, [start, end], start === end ? `"model":${name},` : name);
}

/** Bytes with a text in the place of some of them. */
export function spliced(bytes: Uint8Array, [start, end]: readonly [number, number], text: string): Buffer {
  const length = Buffer.byteLength(text);
  const result = Buffer.allocUnsafe(bytes.length - (end - start) + length);
  result.set(bytes.subarray(0, start));
  result.write(text, start);
  result.set(bytes.subarray(end), start + length);
  return result;
}
