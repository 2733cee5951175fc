// What an endpoint may say in a good answer's place: read where its meaning is clear, counted as what it is where it is none, never a wrong answer and never a run that cannot go on.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Completion, Fault } from '@whetstone/core'
import { answerOf } from './scripted-endpoint.ts'

const test = suite('answers of endpoints')
const events = (...chunks: unknown[]) =>
  chunks.map((chunk) => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`).join('')
const said = (delta: unknown, finish: string | null = 'stop', more: object = {}) =>
  events({ choices: [{ index: 0, delta, finish_reason: finish }], ...more }, '[DONE]')
const whole = (message: unknown, finish = 'stop') => ({ json: { choices: [{ index: 0, message, finish_reason: finish }] } })

type Expected = Partial<Pick<Completion, 'text' | 'finish' | 'reasoning'>> & { tokens?: [prompt: number, completion: number] }
const rows: [what: string, body: string | { json: unknown }, expected: Expected | RegExp][] = [
  ['counts as text', said({ content: '42' }, 'stop', { usage: { prompt_tokens: '17', completion_tokens: '2' } }), { tokens: [17, 2] }],
  ['counts below zero', said({ content: '42' }, 'stop', { usage: { prompt_tokens: -5, completion_tokens: -1 } }), { tokens: [0, 1] }],
  ['counts without end', said({ content: '42' }, 'stop', { usage: { prompt_tokens: 1e300, completion_tokens: 9e15 } }), { tokens: [0, 1] }],
  ['counts that are a list', said({ content: '42' }, 'stop', { usage: [1, 2] }), { text: '42', tokens: [0, 1] }],
  ['counts that are a text', said({ content: '42' }, 'stop', { usage: 'many' }), { text: '42', tokens: [0, 1] }],
  [
    'text in nested parts',
    said({
      content: [
        { type: 'text', text: { value: '4' } },
        { type: 'output_text', text: '2' },
      ],
    }),
    { text: '42' },
  ],
  ['one part that is no list', said({ content: { type: 'text', text: '42' } }), { text: '42' }],
  ['a number for text', said({ content: 42 }), { text: '42' }],
  [
    'parts that think',
    said({
      content: [
        { type: 'thinking', thinking: [{ text: 'six sevens' }] },
        { type: 'text', text: '42' },
      ],
    }),
    { text: '42' },
  ],
  ['thoughts that are an object', said({ reasoning: { content: 'six sevens' }, content: '42' }), { text: '42', reasoning: 'six sevens' }],
  ['the end by another name: max_tokens', said({ content: '4' }, 'max_tokens'), { text: '4', finish: 'length' }],
  ['the end in capitals: MAX_TOKENS', said({ content: '4' }, 'MAX_TOKENS'), { finish: 'length' }],
  ['the end by another name: SAFETY', said({ content: 'I' }, 'SAFETY'), { finish: 'content_filter' }],
  ['the end by another name: end_turn', said({ content: '42' }, 'end_turn'), { text: '42', finish: 'stop' }],
  ['a refusal in its own field', said({ content: null, refusal: 'I cannot help with that.' }), { text: '', finish: 'content_filter' }],
  ['a filter that lets half of it through', said({ content: '4' }, 'content_filter'), { finish: 'content_filter' }],
  ['an end that is an error', said({ content: '4' }, 'error'), /error/],
  [
    'an old call of a function',
    said({ content: null, function_call: { name: 'f', arguments: '{}' } }, 'function_call'),
    { finish: 'tool_calls' },
  ],
  ['calls that are an empty list', said({ content: '42', tool_calls: [] }), { text: '42', finish: 'stop' }],
  [
    'two choices, the second first',
    events(
      { choices: [{ index: 1, delta: { content: 'no' } }] },
      { choices: [{ index: 0, delta: { content: '42' }, finish_reason: 'stop' }] },
      '[DONE]',
    ),
    { text: '42' },
  ],
  [
    'a letter in two halves',
    events({ choices: [{ delta: { content: '\ud83d' } }] }, { choices: [{ delta: { content: '\ude00' }, finish_reason: 'stop' }] }),
    { text: '😀' },
  ],
  ['half a letter', said({ content: '4\ud83d2' }), { text: '4\ufffd2' }],
  ['NUL and escape sequences, as they are', said({ content: 'a\u0000\u001b[2Jb' }), { text: 'a\u0000\u001b[2Jb' }],
  [
    'events without a space, in several lines',
    'data:{"choices":[{"index":0,\ndata:"delta":{"content":"42"},"finish_reason":"stop"}]}\n\ndata:[DONE]\n\n',
    { text: '42' },
  ],
  ['an event of another kind', `event: ping\ndata: {}\n\n${said({ content: '42' })}`, { text: '42' }],
  ['an event that is an error', 'event: error\ndata: {"error":{"message":"overloaded"}}\n\n', /overloaded/],
  ['an error beside a status of 200', { json: { error: { message: 'the engine fell over' } } }, /engine fell over/],
  ['the answer of a completion, whole', { json: { choices: [{ text: '42', finish_reason: 'stop' }] } }, { text: '42' }],
  ['a whole answer with thoughts in marks', whole({ content: '<think>six sevens</think>42' }), { text: '42', reasoning: 'six sevens' }],
  ['a whole answer of null', whole({ content: null }), { text: '', finish: 'empty' }],
  ['lines of another protocol', '{"message":{"role":"assistant","content":"42"},"done":true}\n', /broke off|no completion|not/],
]

for (const [what, body, expected] of rows)
  test(what, async () => {
    const answer = await (typeof body === 'string'
      ? answerOf('text/event-stream', body)
      : answerOf('application/json', JSON.stringify(body.json)))
    if (expected instanceof RegExp) return assert.match((answer as Fault).fault, expected)
    const { text, finish, reasoning, tokens } = answer as Completion
    const got = { text, finish, reasoning, tokens: tokens && [tokens.prompt, tokens.completion] }
    for (const [name, value] of Object.entries(expected)) assert.equal(got[name as keyof typeof got], value, JSON.stringify(answer))
  })

test.run()
