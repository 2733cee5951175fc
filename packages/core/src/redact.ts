/** Environment variables that hold secrets, by their names. */
const secretName = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$/i
/** A secret shorter than this is a word that texts hold anyway. */
const shortest = 6

/** `user:secret@` in an address. */
const userInfo = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#@"'<>]*@/gi
/** `Authorization: Bearer …`, `Bearer …`, and the parameters by which addresses are signed. */
const authorization = /\b(authorization["']?\s*[:=]\s*["']?(?:bearer|basic|token)?|bearer)(\s+)[^\s"',;()<>[\]]{8,}/gi
const signed =
  /([?&](?:x-amz-(?:signature|credential|security-token)|x-goog-(?:signature|credential)|signature|sig|token|access_token|api[-_]?key|key|password|secret)=)[^&\s"'#]+/gi
/** Keys as the usual providers write them, wherever they come from. */
const known = /\b(?:sk-[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|AKIA[A-Z0-9]{16})\b/g

let seen = ''
let secrets: string[] = []
/** Values of the environment's secrets, longest first; asked again when the environment has changed. */
function environmentSecrets(): string[] {
  const found = Object.entries(process.env).flatMap(([name, value]) =>
    value !== undefined && secretName.test(name) && value.trim().length >= shortest ? [value, value.trim()] : [],
  )
  const stamp = found.join('\0')
  if (stamp !== seen) {
    seen = stamp
    secrets = [...new Set(found.flatMap((value) => [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]))].sort(
      (a, b) => b.length - a.length,
    )
  }
  return secrets
}

/** A text without what must not leave: values of secret environment variables, passwords in addresses, Authorization headers, signatures of signed addresses, keys of the usual providers. */
export function redact(text: string): string {
  let clean = text
  for (const secret of environmentSecrets()) if (clean.includes(secret)) clean = clean.replaceAll(secret, '[secret]')
  return clean
    .replace(userInfo, '$1[secret]@')
    .replace(authorization, '$1$2[secret]')
    .replace(signed, '$1[secret]')
    .replace(known, '[secret]')
}
