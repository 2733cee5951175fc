import type { Grade, LoadRequest, Split, Task, Taskset } from '@whetstone/core'
import { deriveSeed, hash, plugin, random } from '@whetstone/core'
import { z } from 'zod'

/** Names to draw from: common given names and surnames, so that words repeat but phrases do not. */
const names = (
  'Ada Alan Alice Amir Andrea Anna Anton Arthur Aylin Ben Boris Carla Carlos Chen Clara Daniel Daria David Diana Dmitri Edith Elena ' +
  'Elias Emma Erik Esther Eva Felix Fiona Frank Freya Gabriel Grace Greta Hana Hannah Hans Helen Henry Hugo Ida Igor Ines Iris Isaac ' +
  'Ivan Jack Jakob James Jane Jonas Jorge Julia Karim Karl Kate Kenji Laura Leah Leo Lina Linda Lisa Louis Lucas Lucy Magnus Mara ' +
  'Marc Maria Marta Max Maya Mei Mila Nadia Nina Noah Nora Olga Oliver Omar Oscar Paul Pedro Petra Philip Priya Rachel Rahul Ravi ' +
  'Rosa Ruth Samir Sara Simon Sofia Stefan Susan Tariq Theo Thomas Tina Uma Vera Victor Walter Wendy Yara Yusuf Zoe Adler Baker Banks ' +
  'Becker Bell Berg Brandt Brooks Brown Burton Carter Chavez Clark Cole Cook Cruz Dalton Davis Diaz Dixon Duarte Ellis Evans Fischer ' +
  'Flores Ford Fox Garcia Gibson Gomez Grant Green Gupta Hall Harris Hart Hayes Hill Hoffman Hughes Hunt Iyer Jensen Jones Keller ' +
  'Khan Kim King Klein Kowalski Lang Larsen Lee Lopez Lynch Maier Marsh Mason Meyer Moore Morales Müller Nakamura Nelson Nguyen Novak ' +
  'Ortiz Palmer Park Patel Perez Petrov Quinn Ramos Reed Reyes Rossi Roth Russo Sanders Sato Schmidt Silva Singh Smith Stone Suzuki ' +
  'Tanaka Torres Turner Vance Vogel Wagner Wallace Wang Weber Wells White Wolf Wood Wright Yilmaz Young Zhang Ziegler'
).split(' ')

/** Tasks of one level when the request sets no limit. */
const defaultLimit = 500

const about = 'the last letters of N names put together, generated; level = words; no licence needed'

/**
 * Last-letter concatenation (Wei et al. 2022, arXiv 2201.11903): the last letters of N words in a row, N the level. Generated; which split
 * a phrase belongs to is fixed by its hash, so no seed and no round can move one from training to validation.
 */
export default plugin({
  name: 'last-letters',
  about,
  settings: z.strictObject({}),
  make: (): Taskset => ({
    name: 'last-letters',
    instruction: 'Work word by word. End with a line "Answer: " and then the letters, e.g. "Answer: ae".',
    levels: { from: 2 },
    fresh: true,
    about,
    async load(request) {
      return (request.levels ?? [2, 4]).flatMap((level) => drawLevel(request, level))
    },
    grade: (task, answer) => gradeLetters(task.reference, answer),
  }),
})

function drawLevel({ split, seed, round, limit = defaultLimit }: LoadRequest, level: number): Task[] {
  const next = random(deriveSeed(seed, 'last-letters', split, level, round))
  const drawn = new Map<string, Task>()
  for (let tries = 0; drawn.size < limit && tries < limit * 40 + 2000; tries++) {
    const words = Array.from({ length: level }, () => names[Math.floor(next() * names.length)] as string)
    if (splitOf(words) === split) drawn.set(words.join(' '), toTask(words, split))
  }
  return [...drawn.values()]
}

/** 65% train, 25% validation, 10% test. */
function splitOf(words: readonly string[]): Split {
  const share = parseInt(hash(words.join(' ')).slice(0, 6), 16) / 0x1000000
  return share < 0.65 ? 'train' : share < 0.9 ? 'validation' : 'test'
}

function toTask(words: readonly string[], split: Split): Task {
  const id = `last-letters-${words.join('-')}`
  const prompt = `Take the last letters of each word in "${words.join(' ')}" and concatenate them.`
  const reference = words.map((word) => word.at(-1)).join('')
  return { id, taskset: 'last-letters', split, prompt, reference, level: words.length, cluster: id, metadata: {} }
}

/**
 * The letters after the last "answer", in \boxed{} or in quotation marks, else the last word; spaces and hyphens between single letters do
 * not count.
 */
export function readLetters(answer: string): string | null {
  const given =
    [...answer.matchAll(/\\boxed\{\s*(?:\\text\{)?([\p{L}\s-]+)\}/gu)].at(-1)?.[1] ??
    [
      ...answer.matchAll(/\banswer(?:\s+is)?\s*[:=]?\s*(?:is\s+)?["'“*`]*((?:\p{L}[\s-])*\p{L}(?!\p{L})|\p{L}+)["'”*`.]*\s*(?=$|\n|\.)/giu),
    ].at(-1)?.[1] ??
    [...answer.matchAll(/["“]([\p{L}]+)["”]/gu)].at(-1)?.[1] ??
    [...answer.matchAll(/\p{L}+/gu)].at(-1)?.[0]
  return given?.replace(/[\s-]/g, '').toLowerCase() ?? null
}

/** Half the reward is for the whole answer, half for the share of letters in their place. */
function gradeLetters(reference: string, answer: string): Grade {
  const given = readLetters(answer)
  if (given === null) {
    return {
      reward: 0,
      passed: false,
      parts: { answer: 0, steps: 0 },
      reason: 'no answer',
      feedback: 'No letters were given as the answer.',
    }
  }
  const wanted = reference.toLowerCase()
  const right = [...wanted].filter((letter, place) => given[place] === letter).length
  const steps = right / Math.max(wanted.length, given.length)
  const passed = given === wanted
  const first = [...wanted].findIndex((letter, place) => given[place] !== letter)
  const feedback = passed ? '' : first < 0 ? 'Too many letters.' : `Letter ${first + 1} is the first wrong one.`
  const reason = passed ? 'correct' : 'wrong answer'
  return { reward: (steps + Number(passed)) / 2, passed, parts: { answer: Number(passed), steps }, reason, feedback }
}
