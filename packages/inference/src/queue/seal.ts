import { createHmac, timingSafeEqual } from 'node:crypto'
import { BadInput } from '@whetstone/core'
import { z } from 'zod'

const Sealed = z.object({ body: z.string(), mac: z.string() })
/** What a seal is for: one of another purpose is no good. */
export type Purpose = 'offer' | 'job' | 'result' | 'worker'

/** The secret that all machines of a queue share, from the environment. */
export function queueSecret(): string {
  const secret = process.env['WHETSTONE_QUEUE_SECRET']?.trim() ?? ''
  if (secret.length < 16)
    throw new BadInput(
      `${secret === '' ? 'WHETSTONE_QUEUE_SECRET is not set' : 'WHETSTONE_QUEUE_SECRET is shorter than 16 characters'}: jobs and results are signed with it; make one (openssl rand -hex 32) and set it on every machine of the queue, in the environment or in .env`,
    )
  return secret
}

const macOf = (secret: string, purpose: Purpose, body: string) =>
  createHmac('sha256', secret).update(`whetstone ${purpose}\n`).update(body).digest('hex')

/** A text with its HMAC-SHA256. */
export const seal = (secret: string, purpose: Purpose, body: string): string => JSON.stringify({ body, mac: macOf(secret, purpose, body) })

/** The text that was sealed; null where it was not sealed with this secret for this purpose, or altered since. */
export function unseal(secret: string, purpose: Purpose, text: unknown): string | null {
  let sealed: unknown
  try {
    sealed = typeof text === 'string' ? JSON.parse(text) : null
  } catch {
    return null
  }
  const parsed = Sealed.safeParse(sealed)
  if (!parsed.success) return null
  const expected = Buffer.from(macOf(secret, purpose, parsed.data.body))
  const given = Buffer.from(parsed.data.mac)
  return given.length === expected.length && timingSafeEqual(given, expected) ? parsed.data.body : null
}
