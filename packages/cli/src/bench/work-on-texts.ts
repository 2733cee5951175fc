// node work-on-texts.ts COUNT: near-duplicates among as many questions, some of them paraphrased, others of a template with one digit changed. Prints figures as JSON: see bench-duplicates.ts.
import { deriveSeed, random } from '@whetstone/core'
import { duplicateFinder } from '@whetstone/similarity'
import type { TextFigures } from './bench-duplicates.ts'

const count = Number(process.argv[2] ?? 0)
/** Texts in a hundred that are paraphrases of earlier ones, by how far they are from them. */
const kinds = ['one word', 'two words and the clauses turned', 'every fifth word'] as const
const things = 'apples pears books coins stamps tickets bottles pencils plates chairs bricks letters tiles jars boxes flowers'.split(' ')
const names = 'Ada Ben Cleo Dan Eve Finn Gus Hana Ivo Jill Kofi Lena Mara Nils Omar Pia Quinn Rosa Sven Tara Umar Vera Wim Yara'.split(' ')
const places = 'market school station library harbour garden kitchen museum office farm bakery theatre workshop village'.split(' ')
const acts = 'buys sells packs counts sorts carries borrows paints collects wraps stacks delivers'.split(' ')
const letters = 'bcdfghklmnprstvz'
/** Rare words: a letter for each hexadecimal digit. */
const extra = Array.from({ length: 4000 }, (_, i) => `a${[...i.toString(16)].map((digit) => letters[parseInt(digit, 16)]).join('o')}e`)

const pick = (list: readonly string[], next: () => number) => list[Math.floor(next() * list.length)] as string
/** A word problem of about forty words, many of them rare, as questions of different sources have. */
function question(next: () => number): string[] {
  const number = () => String(2 + Math.floor(next() * 90))
  const odd = () => pick(extra, next)
  return [
    `${pick(names, next)} ${pick(acts, next)} ${number()} ${odd()} ${pick(things, next)} at the ${odd()} ${pick(places, next)} before ${odd()} comes`,
    `then ${pick(names, next)} ${pick(acts, next)} ${number()} ${odd()} more of the ${odd()} ${pick(things, next)} near the ${odd()} ${pick(places, next)}`,
    `how many ${odd()} ${pick(things, next)} are left for the ${odd()} ${pick(places, next)}`,
  ]
}
const isNumber = /^\d/
/** The same question in other words; its numbers stay. */
function paraphrase(clauses: readonly string[], kind: number, next: () => number): string {
  const words = clauses.map((clause) => clause.split(' '))
  const change = (clause: number, at: number) => {
    const said = (words[clause] as string[])[at]
    if (said !== undefined && !isNumber.test(said)) (words[clause] as string[])[at] = pick(extra, next)
  }
  if (kind === 0) change(0, 4)
  else if (kind === 1) {
    change(0, 4)
    change(2, 2)
    // Only the numberless clause moves, so that figures keep their order.
    return [words[2], words[0], words[1]].map((clause) => (clause as string[]).join(' ')).join(', ')
  } else for (const [clause, said] of words.entries()) for (let at = 3; at < said.length; at += 5) change(clause, at)
  return words.map((clause) => clause.join(' ')).join(', ')
}

const before = process.cpuUsage()
const started = performance.now()
const finder = duplicateFinder({ count })
/** For each paraphrase its place, and the place of what it says again. */
const planted: { at: number; of: number; kind: number }[] = []
let sums = 0
for (let at = 0; at < count; at++) {
  const place = at % 100
  // The place itself: derived seeds of 32 bits would meet among a million, and make real duplicates.
  const next = random(place < kinds.length && at >= 100 ? at - 50 : at)
  if (place < kinds.length && at >= 100) {
    planted.push({ at, of: at - 50, kind: place })
    finder.add(paraphrase(question(next), place, random(deriveSeed(2, at))))
  } else if (place === 10 && sums < 10_000) {
    const number = 100_000 + sums++
    finder.add(`What is ${number} plus ${number}? Show each step and give the answer on a line of its own.`)
  } else finder.add(question(next).join(', '))
}
const heads = finder.clusters()
const { user, system } = process.cpuUsage(before)
const isPlanted = new Set(planted.map(({ at }) => at))
let alarms = 0
for (let at = 0; at < count; at++) if (heads[at] !== at && !isPlanted.has(at)) alarms++
const figures: TextFigures = {
  seconds: (user + system) / 1e6,
  wall: (performance.now() - started) / 1000,
  resident: process.resourceUsage().maxRSS / 1024,
  alarms,
  recall: kinds.map((kind, index) => {
    const own = planted.filter((each) => each.kind === index)
    return { kind, found: own.filter(({ at, of }) => heads[at] === heads[of]).length / Math.max(1, own.length) }
  }),
}
console.log(JSON.stringify(figures))
