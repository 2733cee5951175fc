/** Environment variables that hold secrets, by their names. */
const secretName =
  /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|_PASS|_PAT|CREDENTIALS?|COOKIE)(?:_JSON|_B64|_BASE64)?$|(?:API_?KEY|ACCESS_KEY|BEARER_TOKEN|AUTH_TOKEN|SECRET)_\w+$/i
/** A secret shorter than this is a word that texts hold anyway; a line of one, and what it is written in another alphabet as, longer. */
const [shortest, shortestPart] = [6, 10]

/** `user:secret@` in an address, with or without its scheme; the secret may hold slashes and at signs. A port is none. */
const userInfo =
  /\b([a-z][a-z0-9+.-]{0,30}:\/\/)(?:[^\s/?#@"'<>:]{0,200}:(?!\d+[/?#\s])[^\s"'<>]{0,500}@|[^\s/?#@"'<>]{1,500}@)|((?:^|[\s"'(=])\/\/)[^\s/?#@"'<>:]{1,200}:[^\s/?#@"'<>]{1,500}@/gi
/** `user:secret@host` without a scheme, as scp and ssh take it. */
const atHost =
  /(?<![\w/.:@+-])(?!mailto:)([\w.+-]{1,60}:)[^\s"'<>@/]{4,200}@(?=(?:(?:[a-z0-9-]{1,60}\.){1,8}[a-z]{2,20}|(?:\d{1,3}\.){3}\d{1,3}|localhost)(?![\w.-]))/gi
/** `Authorization: Bearer …`, `Bearer …`. */
const authorization =
  /\b(authorization["']?\s{0,9}[:=]\s{0,9}["']?(?:bearer|basic|token|apikey)?|bearer)((?:\s|%20|\+){1,9})[^\s"',;()<>[\]]{8,}/gi
/** Names whose values are secrets wherever they stand: headers, options, settings, query parameters. */
const names =
  '(?:x-)?(?:(?:api|access|subscription|secret|account|shared|encryption)[-_ ]?(?:access[-_]?)?key(?:[-_]?id)?|secret[-_]?access[-_]?key|(?:access|auth|refresh|id|session|security|private|bearer|csrf|job)[-_]?token|client[-_]?secret|passw(?:or)?d|passphrase)'
const named = new RegExp(
  `((["']?)(?<![\\w/\\\\.])(?:[\\w-]{0,40}[-_])?${names}\\2\\s{0,9}[:=]\\s{0,9})(?:"[^"]{6,}"|'[^']{6,}'|[^\\s"',;()<>[\\]{}]{6,})`,
  'gi',
)
/** Headers of cookies, whole. */
const cookies = /\b((?:set-)?cookie["']?\s{0,9}:\s{0,9}["']?)[^\r\n"']{6,}/gi
/** The parameters by which addresses are signed, also where the address itself was escaped. */
const signed =
  /((?:[?&#;]|&amp;|%3F|%26)(?:[\w.~-]|%2[dD]){0,60}(?:signature|credential|token|key|key-?id|secret|passw(?:or)?d|auth|jwt|sig)(?:=|%3D))[^&\s"'#<>%]+/gi
/** `curl -u user:secret`. */
const commandLine = /(\s(?:-u|--user|--proxy-user)[ =]["']?)[^\s"':]{1,200}:[^\s"']+/g
/** Keys as the usual providers write them, wherever they come from; signed tokens; private keys. */
const known =
  /\b(?:sk-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|AKIA[A-Z0-9]{16}|ASIA[A-Z0-9]{16}|AIza[\w-]{30,}|ya29\.[\w-]{16,}|xox[abeprs]-[\w-]{10,}|gsk_\w{20,}|r8_\w{20,}|nvapi-[\w-]{16,}|pplx-\w{20,}|eyJ[\w-]{6,}\.[\w-]{6,}\.[\w-]*)|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g

let seen = ''
let secrets: string[] = []
/** Values of the environment's secrets, and the passwords of addresses in it, longest first; asked again when the environment has changed. */
function environmentSecrets(): string[] {
  const found = Object.entries(process.env).flatMap(([name, value = '']) => {
    if (secretName.test(name)) return value.trim().length >= shortest ? [value] : []
    const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@:]*:([^/?#]+)@/i.exec(value)?.[1]
    return password && password.length >= shortest ? [password] : []
  })
  const stamp = found.join('\0')
  if (stamp !== seen) {
    seen = stamp
    secrets = [...new Set(found.flatMap(writtenAs))].sort((a, b) => b.length - a.length)
  }
  return secrets
}

/** A secret as texts may hold it: as it is, without what was put around it, its lines, escaped for addresses and JSON, in base64 and hexadecimal. */
function writtenAs(value: string): string[] {
  const bare = value.trim().replace(/^(["'])(.*)\1$/s, '$2')
  const bytes = Buffer.from(bare)
  const base64 = bytes.toString('base64').replace(/=+$/, '')
  const inMarkup = bare.replace(/[&<>"']/g, (each) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": '#39' }[each]};`)
  const inScript = [/[&<>]/g, /[&<>"'+]/g].map((some) =>
    bare.replace(some, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )
  const parts = bare.split(/[\s"\\]+n?/).filter((part) => part !== bare)
  return [
    ...[
      value,
      value.trim(),
      bare,
      encodeURIComponent(bare),
      encodeURI(bare),
      inMarkup,
      ...inScript,
      bare.replaceAll('/', '\\/'),
      JSON.stringify(value).slice(1, -1),
    ],
    ...[...parts, base64, base64.replaceAll('+', '-').replaceAll('/', '_'), bytes.toString('hex')].filter(
      (each) => each.length >= shortestPart,
    ),
  ]
}

/** A text without what must not leave: values of secret environment variables, passwords in addresses, Authorization headers and their like, signatures of signed addresses, keys of the usual providers. */
export function redact(text: string): string {
  let clean = text
  for (const secret of environmentSecrets()) if (clean.includes(secret)) clean = clean.replaceAll(secret, '[secret]')
  // a log's upper case, a header's lower case
  const lower = clean.toLowerCase()
  for (const secret of secrets)
    if (secret.length >= shortestPart && lower.includes(secret.toLowerCase()))
      clean = clean.replace(new RegExp(secret.replace(/[^\w\s]/g, '\\$&'), 'gi'), '[secret]')
  return clean
    .replace(userInfo, (_, scheme: string | undefined, slashes: string | undefined) => `${scheme ?? slashes}[secret]@`)
    .replace(atHost, '$1[secret]@')
    .replace(authorization, '$1$2[secret]')
    .replace(named, '$1[secret]')
    .replace(cookies, '$1[secret]')
    .replace(signed, '$1[secret]')
    .replace(commandLine, '$1[secret]')
    .replace(known, '[secret]')
}
