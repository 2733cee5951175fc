import { BadInput } from '@whetstone/core'

export const s3Where = (endpoint: string | undefined, bucket: string, prefix: string): string =>
  `s3://${bucket}${prefix ? `/${prefix}` : ''} at ${(endpoint && URL.parse(endpoint)?.host) || 'AWS'}`

/** What to do about the errors of stores, by their names (AWS, MinIO, R2, Ceph). */
const mends: [RegExp, string][] = [
  [
    /^(ExpiredToken|TokenRefreshRequired|RequestExpired|ExpiredTokenException)$/,
    'the credentials have expired: get new ones (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN)',
  ],
  [
    /^(InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|AuthorizationHeaderMalformed|UnauthorizedAccess)$/,
    'the credentials are not right: check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION',
  ],
  [/^(AccessDenied|Forbidden|403)$/, 'these credentials may not do this there: check the policy of the bucket'],
  [
    /^(CredentialsProviderError|CredentialsError)$/,
    'no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in the environment or in .env',
  ],
  [/^(NoSuchBucket)$/, 'there is no such bucket: make it, or check the name and AWS_ENDPOINT_URL'],
  [
    /(QuotaExceeded|StorageFull|InsufficientStorage|ServiceQuotaExceeded|NoSpace|EntityTooLarge|BucketFull|XMinioStorageFull|507)/,
    'the bucket is full: free space there or raise its quota',
  ],
  [/^(RequestTimeTooSkewed)$/, "this machine's clock is wrong: set it"],
  [/^(PermanentRedirect|TemporaryRedirect|Redirect|30[1278])$/, 'the bucket is elsewhere: check AWS_REGION and AWS_ENDPOINT_URL'],
  [/^(SlowDown|ServiceUnavailable|InternalError|503|500)$/, 'the store is busy or broken: try again later'],
]

/** What to do about a store's error of which only the text is known. */
export function adviseS3(text: string): string | undefined {
  // The status says less than the name that comes with it.
  const words = (text.match(/\b[A-Z][A-Za-z]+\b|\b(?:403|5\d\d)\b/g) ?? []).sort((a, b) => status(a) - status(b))
  return words.flatMap((word) => mends.find(([pattern]) => pattern.test(word))?.[1] ?? [])[0]
}
const status = (word: string) => Number(/^(\d+|Forbidden)$/.test(word))

/** The SDK's error as one line that names the host and says what to do; what is no error of the store passes through. */
export function explainS3(error: unknown, where: string): unknown {
  if (error instanceof BadInput || !(error instanceof Error) || error.name === 'AbortError') return error
  const { name, code, $metadata } = error as Error & { code?: string; $metadata?: { httpStatusCode?: number } }
  const status = $metadata?.httpStatusCode
  const found = [name, code, String(status)].flatMap(
    (word) => mends.find(([pattern]) => word !== undefined && pattern.test(word))?.[1] ?? [],
  )[0]
  if (found !== undefined) return new BadInput(`${where}: ${found}`)
  const network = [code, ...causes(error)].find((word) => word !== undefined && /^(E[A-Z]+|UND_ERR\w+)$/.test(word))
  if (network !== undefined || name === 'TimeoutError' || /aborted|socket hang up|premature close/i.test(error.message))
    return new BadInput(
      `${where} does not answer (${network ?? name}): check AWS_ENDPOINT_URL and the network, then run the same command again`,
    )
  if (status !== undefined && status < 300)
    return new BadInput(`${where} does not speak S3: check AWS_ENDPOINT_URL, and whether a proxy or a login page stands before it`)
  return status === undefined
    ? error
    : new BadInput(`${where} refuses (${name}, HTTP ${status}): ${error.message.split('\n')[0]?.slice(0, 200)}`)
}

function causes(error: unknown): (string | undefined)[] {
  const found: (string | undefined)[] = []
  for (
    let at = error as { code?: string; cause?: unknown; errors?: unknown[] } | undefined;
    at;
    at = (at.cause ?? at.errors?.[0]) as typeof at
  )
    found.push(at.code)
  return found
}
