import { ComputeEngine } from '@cortex-js/compute-engine'
import { random } from '@whetstone/core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pick, whole, type Draw } from '../search/draw.ts'
import { parsePlain } from './parse-plain.ts'

const test = suite('plain LaTeX')
const engine = new ComputeEngine()
const parse = (latex: string) => engine.parse(latex, { form: 'raw' } as object).json

const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ']
const small = ['\\pi', '\\pi ', '\\theta', '\\alpha', 'x_1', 'a_n', 'x_{12}', '\\frac12', '\\frac x2', '\\sqrt2', '7', '12.50', '.5', '007']
function atom(draw: Draw, depth: number): string {
  const kind = draw()
  if (kind < 0.3) return String(whole(draw, 0, 10 ** whole(draw, 1, 12)))
  if (kind < 0.5 || depth === 0) return pick(draw, letters)
  if (kind < 0.65) return pick(draw, small)
  const inside = sum(draw, depth - 1)
  return kind < 0.75 ? `\\frac{${inside}}{${sum(draw, depth - 1)}}` : kind < 0.85 ? `\\sqrt{${inside}}` : `(${inside})`
}
const power = (draw: Draw, depth: number) => atom(draw, depth) + (draw() < 0.2 ? `^${pick(draw, ['2', 'n', '{10}', '{-1}', '{n+1}'])}` : '')
function many(draw: Draw, share: number, signs: string[], part: () => string): string {
  let all = part()
  while (draw() < share) all += pick(draw, signs) + part()
  return all
}
const product = (draw: Draw, depth: number) => many(draw, 0.4, ['', ' '], () => power(draw, depth))
const term = (draw: Draw, depth: number) => many(draw, 0.2, ['\\cdot ', '\\times ', '/', ' / '], () => product(draw, depth))
function sum(draw: Draw, depth: number): string {
  return pick(draw, ['', '', '-']) + many(draw, 0.4, ['+', '-', ' - '], () => term(draw, depth))
}

test('is read as the engine reads it', () => {
  const draw = random(20_261_201)
  let read = 0
  for (let i = 0; i < 1000; i++) {
    const latex = sum(draw, 2)
    const node = parsePlain(latex)
    if (node === undefined) continue
    assert.equal(node, parse(latex), latex)
    read++
  }
  assert.ok(read > 200, `only ${read} of 1000 were read`)
})

test('what has another meaning is left to the engine', () => {
  for (const latex of [
    '',
    '2 3',
    '5!',
    "f'(x)",
    'x^2^3',
    '1e5',
    '1,000',
    '2\\cdot-3',
    '+3',
    'x+-3',
    '|x|',
    '\\sin x',
    '12345678901234567',
    '(1,2)',
    'x=1',
    '2(',
    '\\frac{1}',
    'a/b\\cdot c',
    '\\sqrt[3]{2}',
    'P(A)',
    '2K (x)',
  ])
    assert.is(parsePlain(latex), undefined, latex)
})

test('letters side by side', () => {
  for (const latex of ['2x', 'xy', 'AB', '2ab', 'x(x+1)', 'f(x)', '-2x^2+3x-5', '1-\\sqrt2', '\\frac{1-\\sqrt{5}}{2}', '-\\frac{1}{2}x'])
    assert.equal(parsePlain(latex), parse(latex), latex)
})

test.run()
