/** A bucket of an S3-compatible service, and how to get in. */
export interface S3Settings {
  readonly bucket: string;
  /** What every key starts with, without a slash at its end; empty where the whole bucket is Switchyard's. */
  readonly prefix: string;
  /** Where the service is; undefined: Amazon's own, by the region. */
  readonly endpoint: string | undefined;
  /** Undefined: as the AWS SDK finds it (`AWS_REGION`, a profile). */
  readonly region: string | undefined;
  /** Undefined: as the AWS SDK finds them (variables, a profile, the role of the machine). */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  /** Names the bucket in the path instead of in the host's name, as most services other than Amazon's want it. */
  readonly isPathStyle: boolean;
}
