import { existsSync } from 'node:fs'
import { BadInput } from '@whetstone/core'
import { adviseS3 } from '@whetstone/store'

/** Whether a bank lies in object storage; else it is a folder. */
export const isUri = (uri: string): boolean => /^[a-z][a-z0-9+.-]*:\/\//i.test(uri)

/** Whether a bank may be there: a folder is looked for, a bucket is asked when it is opened. */
export const mayHoldBank = (uri: string): boolean => isUri(uri) || existsSync(uri)

/** Endpoint and patience for LanceDB, from the variables that the artifact store reads too; it finds credentials by itself, as AWS's tools do. */
export function storageOptions(uri: string): Record<string, string> | undefined {
  if (!/^s3:\/\//i.test(uri)) return undefined
  const endpoint = process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']
  return {
    aws_region: process.env['AWS_REGION'] ?? process.env['AWS_DEFAULT_REGION'] ?? 'us-east-1',
    ...(endpoint ? { aws_endpoint: endpoint, allow_http: String(endpoint.startsWith('http:')) } : {}),
    // Lance asks a store that is down for three minutes by itself.
    client_max_retries: '5',
    client_retry_timeout: '30',
  }
}

const host = (uri: string): string => {
  if (!/^s3:\/\//i.test(uri)) return ''
  const endpoint = process.env['AWS_ENDPOINT_URL_S3'] ?? process.env['AWS_ENDPOINT_URL']
  return ` at ${(endpoint && URL.parse(endpoint)?.host) || 'AWS'}`
}

/** An error of LanceDB's as one line that names bank and host and says what to do. They nest, with source places: the innermost says what happened, the outermost what was being done. */
export function explainBank(uri: string, doing: 'open' | 'use', error: unknown): BadInput {
  if (error instanceof BadInput) return error
  const { message } = error as Error
  const causes = message
    .replace(/, \/[^\s:]+:\d+:\d+/g, '')
    .split(/\s*Caused by:\s*|\n/)
    .map((cause) => cause.replace(/^(?:lance error: )?(?:LanceError\(\w+\): )?/, '').trim())
    .filter(Boolean)
  const [what, why] = [causes[0] ?? 'unknown error', causes.at(-1) ?? '']
  const said = `Cannot ${doing} the memory bank ${uri}${host(uri)}`
  const advice = isUri(uri) ? adviseS3(message) : undefined
  if (advice !== undefined) return new BadInput(`${said}: ${advice}`)
  const network = /ConnectionRefused|dns error|timed out|Connect\b|error sending request/.exec(message)?.[0]
  if (isUri(uri) && network !== undefined)
    return new BadInput(
      `${said}: the store does not answer (${network}): check AWS_ENDPOINT_URL and the network, then run the same command again`,
    )
  if (!isUri(uri) && existsSync(uri))
    return new BadInput(
      `${uri}: LanceDB cannot ${doing} this memory bank (${what.slice(0, 200)}): a file in it is torn, or it is none: bring it back from a copy (loops:memory export makes one), or go on without it by --run=NEW_NAME`,
    )
  return new BadInput(
    `${said}: ${what.slice(0, 200)}${why === what || why === '' ? '' : ` (${why.slice(0, 120)})`}: check the path or URI and the store's credentials`,
  )
}

/** What goes wrong with a bank while it is used is said as when it is opened: of one in object storage whatever it is, of a folder what LanceDB itself says. */
export function explained<T extends { uri: string }>(bank: T): T {
  const theirs = (error: unknown) => isUri(bank.uri) || (error as { code?: string }).code === 'GenericFailure'
  const wrapped = Object.entries(bank).map(([name, value]) => [
    name,
    typeof value !== 'function'
      ? value
      : (...given: unknown[]) =>
          Promise.resolve((value as (...all: unknown[]) => unknown)(...given)).catch((error: unknown) => {
            throw theirs(error) ? explainBank(bank.uri, 'use', error) : error
          }),
  ])
  return Object.assign(Object.create(bank) as T, Object.fromEntries(wrapped))
}
