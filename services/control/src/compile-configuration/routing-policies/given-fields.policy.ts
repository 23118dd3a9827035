/** The fields that have a value: JSON knows no `undefined`, and equal configurations must have equal content. */
export function givenFields<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}
