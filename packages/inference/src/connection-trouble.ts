/** What is behind the codes of a connection that came to nothing. Certificates do not mend themselves; names and servers may. */
const lasting: Record<string, string> = {
  CERT_HAS_EXPIRED: 'its certificate has expired: renew it over there',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name: check the address',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself: trust it with NODE_EXTRA_CA_CERTS=FILE.pem',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority unknown here: trust it with NODE_EXTRA_CA_CERTS=FILE.pem',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes without those that it rests on: trust them with NODE_EXTRA_CA_CERTS=FILE.pem',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority unknown here: trust it with NODE_EXTRA_CA_CERTS=FILE.pem',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS: write http:// in place of https://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS: write http:// in place of https://',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'it speaks no version of TLS that is safe: mend it over there',
}
const passing: Record<string, string> = {
  ENOTFOUND: 'no such host is known (DNS)',
  EAI_AGAIN: 'the name server does not answer (DNS)',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection was closed in the middle',
  EPIPE: 'the connection was closed in the middle',
  ETIMEDOUT: 'no connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
}

/** A failed connection in words, its code beside them, and whether trying again may help. */
export function connectionTrouble(error: unknown): { kind: 'retry' | 'refused'; message: string } {
  const { code, message, name } = error as NodeJS.ErrnoException
  // fetch gives no reason for HTTP 407
  const text = (message || 'no answer: a proxy that wants a password, perhaps').replace(/\s+/g, ' ').slice(0, 300)
  if (name === 'HTTPParserError') return { kind: 'refused', message: `does not speak HTTP (${text}): check the address and the port` }
  if (code === undefined) return { kind: 'retry', message: text }
  const known = lasting[code]
  if (known !== undefined) return { kind: 'refused', message: `cannot be trusted or understood: ${known} (${code})` }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return { kind: 'refused', message: `cannot be reached over TLS (${text}): check the address` }
  return { kind: 'retry', message: `${passing[code] ?? text}, ${code}${proxyHint()}` }
}

/** Node's fetch goes through a proxy only when it is told to. */
function proxyHint(): string {
  const { env } = process
  const named = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].find((name) => env[name])
  return named && env['NODE_USE_ENV_PROXY'] !== '1' ? `; ${named} is set, but used only with NODE_USE_ENV_PROXY=1` : ''
}
