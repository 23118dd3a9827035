/** Prefixes of inference profiles that route between regions. */
const PROFILE = /^(us|us-gov|eu|apac|jp|au|ca|sa|me|af|in|global)\./;

/** The id of a model, or of the profile by which it is called across regions. */
export function modelIdOf(model: string, profilePrefix: string | undefined): string {
  if (profilePrefix === undefined || PROFILE.test(model) || model.startsWith('arn:')) return model;
  return `${profilePrefix}.${model}`;
}
