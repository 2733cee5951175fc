import type { Rational } from '../rational.ts'

const factor = (n: number, d = 1): Rational => ({ n: BigInt(n), d: BigInt(d) })
/** What a unit measures and how much of it, for units that come together (`5 feet 6 inches`) and spans of time. */
type Unit = {
  name: string
  of: 'time' | 'years' | 'length' | 'metric' | 'weight' | 'mass' | 'volume' | 'liquid' | 'money'
  size: Rational
  spellings: string
}
const units: Unit[] = [
  { name: 'second', of: 'time', size: factor(1), spellings: 's sec secs second seconds' },
  { name: 'minute', of: 'time', size: factor(60), spellings: 'min mins minute minutes' },
  { name: 'hour', of: 'time', size: factor(3600), spellings: 'h hr hrs hour hours' },
  { name: 'day', of: 'time', size: factor(86_400), spellings: 'd day days' },
  { name: 'week', of: 'time', size: factor(604_800), spellings: 'wk wks week weeks' },
  { name: 'month', of: 'years', size: factor(1), spellings: 'mo mos month months' },
  { name: 'year', of: 'years', size: factor(12), spellings: 'yr yrs year years' },
  { name: 'inch', of: 'length', size: factor(1), spellings: 'in inch inches' },
  { name: 'foot', of: 'length', size: factor(12), spellings: 'ft foot feet' },
  { name: 'yard', of: 'length', size: factor(36), spellings: 'yd yard yards' },
  { name: 'mile', of: 'length', size: factor(63_360), spellings: 'mi mile miles' },
  { name: 'mm', of: 'metric', size: factor(1, 10), spellings: 'mm millimeter millimeters millimetre millimetres' },
  { name: 'cm', of: 'metric', size: factor(1), spellings: 'cm centimeter centimeters centimetre centimetres' },
  { name: 'm', of: 'metric', size: factor(100), spellings: 'm meter meters metre metres' },
  { name: 'km', of: 'metric', size: factor(100_000), spellings: 'km kilometer kilometers kilometre kilometres' },
  { name: 'ounce', of: 'weight', size: factor(1), spellings: 'oz ounce ounces' },
  { name: 'pound', of: 'weight', size: factor(16), spellings: 'lb lbs pound pounds' },
  { name: 'mg', of: 'mass', size: factor(1, 1000), spellings: 'mg milligram milligrams' },
  { name: 'g', of: 'mass', size: factor(1), spellings: 'g gram grams' },
  { name: 'kg', of: 'mass', size: factor(1000), spellings: 'kg kilogram kilograms kilo kilos' },
  { name: 'ton', of: 'mass', size: factor(1_000_000), spellings: 't tonne tonnes' },
  { name: 'ml', of: 'volume', size: factor(1), spellings: 'ml milliliter milliliters millilitre millilitres' },
  { name: 'liter', of: 'volume', size: factor(1000), spellings: 'l liter liters litre litres' },
  { name: 'cup', of: 'liquid', size: factor(1), spellings: 'cup cups' },
  { name: 'pint', of: 'liquid', size: factor(2), spellings: 'pt pint pints' },
  { name: 'quart', of: 'liquid', size: factor(4), spellings: 'qt quart quarts' },
  { name: 'gallon', of: 'liquid', size: factor(16), spellings: 'gal gallon gallons' },
  { name: 'cent', of: 'money', size: factor(1), spellings: 'cent cents' },
  { name: 'dollar', of: 'money', size: factor(100), spellings: 'dollar dollars' },
]
const known = new Map(units.flatMap((unit) => unit.spellings.split(' ').map((spelling) => [spelling, unit] as const)))

export const unitNamed = (spelling: string): Unit | undefined => known.get(spelling.toLowerCase())
/** How many of `to` one of `from` is; null where they measure unlike things. */
export function conversion(from: string, to: string): Rational | null {
  const [a, b] = [known.get(from), known.get(to)]
  if (!a || !b || a.of !== b.of) return null
  return { n: a.size.n * b.size.d, d: a.size.d * b.size.n }
}
