import { hash, type Gpu } from '@whetstone/core'
import type { Redis } from 'ioredis'
import { machineClass } from './machine-class.ts'
import { names, Offer, offerKey, protocol, type WorkerCard } from './protocol.ts'
import { unseal } from './seal.ts'

/** What is offered now, by key; what is not signed as it must be is said once and passed over. */
export async function readOffers(redis: Redis, secret: string, sayOnce: (text: string) => void): Promise<Map<string, Offer>> {
  const keys = await redis.smembers(names.offers)
  const offers = new Map<string, Offer>()
  if (keys.length === 0) return offers
  const texts = await redis.mget(keys.map(names.offer))
  for (const [i, text] of texts.entries()) {
    const key = keys[i] as string
    if (text === null) await redis.srem(names.offers, key)
    if (text === null) continue
    const body = unseal(secret, 'offer', text)
    const parsed = body === null ? null : Offer.loose().safeParse(JSON.parse(body))
    if (!parsed?.success || (parsed.data.protocol === protocol && offerKey(JSON.parse(body as string) as Offer) !== key))
      sayOnce(`Refused: offer ${key} is unsigned, altered, or signed with another WHETSTONE_QUEUE_SECRET`)
    else offers.set(key, parsed.data)
  }
  return offers
}

/** Which offers this worker takes, as which class of machine, and which not and why. */
export function judge(
  card: WorkerCard,
  offers: ReadonlyMap<string, Offer>,
  failed: ReadonlyMap<string, string>,
  gpu: Gpu | undefined,
): void {
  card.takes = {}
  card.refuses = {}
  for (const [key, offer] of offers) {
    const reason =
      offer.protocol !== protocol
        ? `its protocol is ${protocol}, and ${offer.protocol} was asked for: bring both checkouts to one commit`
        : offer.tools !== card.tools
          ? `its tools have stamp ${card.tools.slice(0, 12)}, and ${offer.tools.slice(0, 12)} was asked for: bring both checkouts to one commit, then npx nx run tools:build`
          : failed.get(key)
    if (reason !== undefined) card.refuses[key] = reason
    else card.takes[key] = classOf(offer, gpu)
  }
}

const classes = new Map<string, string>()
/** Asked of the machine once, not twice a second. */
function classOf({ model, open }: Offer, gpu: Gpu | undefined): string {
  const wanted = { gpu: gpu ?? open.gpu, parameters: model.parameters }
  const known = classes.get(hash(wanted)) ?? machineClass(wanted)
  classes.set(hash(wanted), known)
  return known
}

/** The model that is loaded, for as long as it is offered and has work (or nobody else has); else one that has work, else the first. */
export async function choose(
  redis: Redis,
  offers: ReadonlyMap<string, Offer>,
  card: WorkerCard,
  busy: { working(): boolean } | null,
  idleSince: number,
): Promise<string | null> {
  const keys = [...offers.keys()].filter((key) => card.takes[key] !== undefined).sort()
  const own = card.loaded !== null && keys.includes(card.loaded) ? card.loaded : null
  if (own !== null && (busy?.working() || performance.now() - idleSince < 3000)) return own
  const waiting = await Promise.all(keys.map((key) => redis.llen(`${names.prefix}:${names.queue(key, card.takes[key] as string)}:wait`)))
  const most = Math.max(0, ...waiting)
  if (most > 0 && !(own !== null && (waiting[keys.indexOf(own)] ?? 0) > 0)) return keys[waiting.indexOf(most)] ?? null
  return own ?? keys[0] ?? null
}
