import { divide, isRounding, sameRational, type Rational } from '../rational.ts'
import { inUnit } from './read-announced.ts'
import type { Written } from './written.ts'

const hundred: Rational = { n: 100n, d: 1n }
const halfDay = 720n

/**
 * Equal as exact numbers; a percentage equals its number and its value; a decimal of at least 4 significant digits equals the fraction of
 * which it is the rounding. A time of day equals only a time of day, and its hour where no minutes are there; spans of time are compared in
 * one unit.
 */
export function sameNumber(a: Written, b: Written): boolean {
  if (a.clock || b.clock) return sameClock(a, b)
  if (a.unit && b.unit && a.unit !== b.unit) {
    const converted = inUnit(b, b.unit, a.unit)
    return converted !== null && sameRational(a.value, converted)
  }
  if (sameRational(a.value, b.value)) return true
  if (a.percent !== b.percent) return sameNumber(a.percent ? hundredth(a) : a, b.percent ? hundredth(b) : b)
  if ((a.places === null) === (b.places === null)) return false
  const [decimal, exact] = a.places === null ? [b, a] : [a, b]
  const places = decimal.places as number
  const unscaled = (decimal.value.n * 10n ** BigInt(places)) / decimal.value.d
  return (unscaled < 0n ? -unscaled : unscaled) >= 1000n && isRounding(decimal.value, places, exact.value)
}

/** 25% as 0.25. */
const hundredth = ({ value, places, ...rest }: Written): Written => ({
  ...rest,
  value: divide(value, hundred) as Rational,
  places: places === null ? null : places + 2,
  percent: false,
})

function sameClock(a: Written, b: Written): boolean {
  if (!a.clock || !b.clock) {
    const [time, hour] = a.clock ? [a, b] : [b, a]
    if (!time.hour || hour.percent || hour.value.d !== 1n) return false
    const wanted = time.value.n % halfDay
    return time.value.d === 1n && (hour.value.n % 12n) * 60n === wanted && hour.value.n >= 1n && hour.value.n <= 12n
  }
  if (a.clock !== 'unknown' && b.clock !== 'unknown') return sameRational(a.value, b.value)
  const onDial = ({ value: { n, d } }: Written): Rational => ({ n: n % (halfDay * d), d })
  return sameRational(onDial(a), onDial(b))
}
