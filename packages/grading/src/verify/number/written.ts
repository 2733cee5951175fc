import type { Rational } from '../rational.ts'

/**
 * A number as it was written: its exact value, and the digits after the point of a decimal (null: a whole number or a fraction). `unit` is
 * there where the number was put together from several (`5 feet 6 inches` is 5.5 feet) or is a span of time. `clock`: a time of day, its
 * value in minutes after midnight, or after noon or midnight where neither half of the day is named.
 */
export type Written = {
  value: Rational
  places: number | null
  percent: boolean
  unit?: string
  /** A word such as million or dozen was multiplied in. */
  scaled?: true
  clock?: 'am' | 'pm' | 'unknown'
  /** Of a time: only its hour was written, `7 p.m.` */
  hour?: true
}
