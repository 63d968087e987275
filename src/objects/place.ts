/** An object, or with an empty key or one that ends in a slash a prefix of some. */
export interface S3Place {
  readonly bucket: string;
  readonly key: string;
}

/** `s3://bucket/key`; null for anything else, also for a key with `.` or `..` between slashes, which no URL can have. */
export function s3Place(given: string): S3Place | null {
  const match = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(given);
  const [, bucket = '', key = ''] = match ?? [];
  return match === null || key.split('/').some((part) => /^\.\.?$/.test(part)) ? null : { bucket, key };
}

export function s3Url({ bucket, key }: S3Place): string {
  return `s3://${bucket}/${key}`;
}
