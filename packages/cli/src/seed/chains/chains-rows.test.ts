import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '@whetstone/core'
import { chainTask, checkTrace, readChain, traceText } from '@whetstone/tasks'
import chains from '@whetstone/tasks/tasksets/chains.ts'
import { chainsModes, critiqueRow, drawChainsRow, drawChainsRows, rowMessages, summaryLevels } from './chains-rows.ts'
import { chainsCharacters, chainsSpec } from './chains-spec.ts'

const test = suite('chains-rows')
const draw = (mode: (typeof chainsModes)[number], level: number, count = 200, seed = 1) => {
  const next = random(seed)
  return Array.from({ length: count }, () => drawChainsRow(next, mode, level, 'train'))
}
const solved = (problem: string) => traceText(readChain(problem) ?? (assert.unreachable(problem) as never))

test('every row is of characters that are single tokens, turns alternate and end with the answer', () => {
  for (const mode of chainsModes) {
    for (const row of draw(mode, 3)) {
      assert.ok(row.turns.length % 2 === 1)
      for (const character of row.turns.join('') + row.answer) assert.ok(chainsCharacters.includes(character), `${mode}: ${character}`)
      assert.equal(
        rowMessages(row)
          .map(({ role }) => role)
          .slice(-2),
        ['user', 'assistant'],
      )
    }
  }
  assert.is(new Set(chainsSpec.tokenizer.tokens).size, 3 + 256 + chainsCharacters.length)
})

test('no lesson holds a chain that is asked or tested', () => {
  const next = random(7)
  for (const { turns } of drawChainsRows(next, 3000, [{ mode: 'direct', share: 1, levels: { 1: 1, 2: 1, 3: 1, 4: 1 } }])) {
    assert.is(chainTask(readChain(turns[0] as string)!).split, 'train')
  }
})

test('each mode asks in its own way and is answered rightly', () => {
  for (const { turns, answer } of draw('hint', 3)) {
    const [hint, problem] = (turns[0] as string).split(';')
    assert.equal([answer, hint], [solved(problem as string), answer.slice(-2)])
  }
  for (const {
    turns: [problem, wrong, wish],
    answer,
  } of draw('revise', 4)) {
    assert.is(answer, solved(problem as string))
    assert.not.equal(wrong, answer)
    assert.match(wish as string, /^!.*[voarf]\?$/)
  }
  for (const {
    turns: [problem, wrong, wish],
    answer,
  } of draw('told', 3)) {
    const [, blamed, key, sign] = /^!(.*)[voarf],([a-z]{2})=([-+*])\?$/.exec(wish as string)!
    assert.is(answer, solved((problem as string).replace(key!, sign!)))
    assert.ok((wrong as string).includes(blamed!) && !answer.includes(blamed!))
  }
  for (const { turns, answer } of draw('summary', 9)) {
    const [problem, work] = (turns[0] as string).split('?') as [string, string]
    const done = work.split(';').length - 1
    assert.is(solved(answer), solved(problem).split(';').slice(done).join(';'))
    assert.ok(done <= 3)
  }
  for (const { turns, answer } of draw('piece', 8)) {
    assert.is(
      answer,
      `${solved((turns[0] as string).slice(0, -2))
        .split(';')
        .slice(0, 3)
        .join(';')};`,
    )
  }
  for (const { turns, answer } of draw('verdict', 4)) {
    const [problem, work] = (turns[0] as string).slice(0, -1).split('?') as [string, string]
    const { reference: _, ...task } = chainTask(readChain(problem)!)
    const { right, complete } = chains().verify(task, work)
    assert.is(work.includes('#') ? complete : right, answer.endsWith('y'))
  }
})

test('half the keys have their own line, and what has none is answered as often by each sign', () => {
  const signs = draw('key none', 1, 600).map(({ turns, answer }) => {
    assert.match(turns[0] as string, /^\d[a-z]{2}\d\?$/)
    return answer[1]
  })
  for (const sign of '+-*') assert.ok(Math.abs(signs.filter((each) => each === sign).length - 200) < 60)
  for (const { turns, answer } of draw('key right', 1)) {
    const [, key, sign, used] = /^([a-z]{2})=(.);\d([a-z]{2})\d\?$/.exec(turns[0] as string)!
    assert.equal([key, sign], [used, answer[1]])
  }
  for (const { turns } of draw('key wrong', 1)) {
    const [, key, used] = /^(?:([a-z]{2})=.;)?\d([a-z]{2})\d\?$/.exec(turns[0] as string)!
    assert.is.not(key, used)
  }
})

test('a critique goes through the parts up to the first wrong one, each beside what it should be', () => {
  const trace = '3+5=1;1*2=2;#2'
  assert.is(critiqueRow('3+5*2?', '3+5=1;1*2=3;#3', trace).answer, '3+5=1,3+5=1;1*2=3,1*2=2!1*2=3v')
  assert.is(critiqueRow('3+5*2?', '3+5=1;#1', trace).answer, '3+5=1,3+5=1;#1,1*2=2!#1r')
  assert.is(critiqueRow('3+5*2?', '3+5=1;', trace).answer, '3+5=1,3+5=1;,1*2=2!f')
  assert.is(critiqueRow('3+5*2?', `${trace};#2`, trace).answer, '3+5=1,3+5=1;1*2=2,1*2=2;#2,#2;#2,!#2r')
  assert.is(critiqueRow('3+5*2?', trace, trace).answer, '3+5=1,3+5=1;1*2=2,1*2=2;#2,#2y')
  for (const { turns, answer } of draw('critique', 3)) {
    const { error } = checkTrace(solved(turns[0] as string), turns[1] as string)
    assert.is(answer.includes('!'), error !== null)
  }
})

test('long problems are only begun and shortened', () => {
  assert.equal(
    Object.keys(summaryLevels).map(Number),
    Array.from({ length: 14 }, (_, i) => i + 1),
  )
})

test.run()
