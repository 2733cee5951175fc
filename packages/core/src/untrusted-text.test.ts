// One function each for what leaves and what comes in: secrets, names, terminals, Markdown.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BadInput } from './bad-input.ts'
import { fileNameOf, nameProblem, pathBelow } from './file-name.ts'
import { markdownText } from './markdown-text.ts'
import { redact } from './redact.ts'
import { cutLine, lineText, padLine, terminalWidth } from './terminal-text.ts'
import { visibleText } from './visible-text.ts'

const test = suite('untrusted text')
const folder = mkdtempSync(join(tmpdir(), 'whetstone-names-'))
test.after(() => rmSync(folder, { recursive: true }))

const key = 'k3y-of-ours-42\n'
for (const [what, text] of [
  ['a key of the environment', `HTTP 401: Incorrect API key provided: ${key.trim()}`],
  ['a key with its line feed', `Invalid header value: Bearer ${key}`],
  ['a key percent-encoded', `https://host/x?auth=${encodeURIComponent(key)}`],
  ['a password in an address', 'https://user:k3y-of-ours-42@host/v1'],
  ['a user alone in an address', 'redis://:k3y-of-ours-42@127.0.0.1:6379'],
  ['an Authorization header', 'authorization: Bearer abcdefgh.k3y-of-ours-42'],
  ['a signed address', 'https://s3/x?X-Amz-Signature=k3y-of-ours-42&part=1'],
  ['a key in a query', 'http://h/v1/models?key=k3y-of-ours-42'],
] as const)
  test(`${what} does not leave`, () => {
    process.env['SOME_API_KEY'] = key
    try {
      assert.not.match(redact(text), /k3y-of-ours/)
      assert.not.match(new BadInput(text).message, /k3y-of-ours/)
    } finally {
      delete process.env['SOME_API_KEY']
    }
  })
const hidden = 'zzz9-of-ours-42'
for (const text of [
  `x-api-key: ${hidden}`,
  `{"api-key":"${hidden}"}`,
  `{ apiKey: '${hidden}' }`,
  `{"password": "${hidden} and more"}`,
  `aws_secret_access_key = ${hidden}/abc`,
  `PRIVATE-TOKEN: ${hidden}`,
  `OPENAI_API_KEY=${hidden} npx nx run loops:cycle`,
  `cookie: session=${hidden}; a=b`,
  `['authorization', 'Bearer ${hidden}']`,
  `authorization=Bearer%20${hidden}`,
  `curl -u joe:${hidden} http://h`,
  `redis://:zzz9/${hidden}@host`,
  `redis://u:zzz9@${hidden}@host`,
  `//joe:${hidden}@host/x`,
  `https://h?subscription-key=${hidden}&a=1`,
  `https://h/#access_token=${hidden}`,
  `https://h/x?a=1&amp;token=${hidden}`,
  `https%3A%2F%2Fh%3Ftoken%3D${hidden}`,
  `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ9.${hidden}`,
  `scp model.gguf joe:${hidden}@host.example:models/`,
  `redis joe:${hidden}@127.0.0.1:6379 refused`,
  `-----BEGIN PRIVATE KEY-----\n${hidden.replaceAll('-', '')}zzz9ofours42\n-----END PRIVATE KEY-----`,
])
  test(`hidden: ${JSON.stringify(text.slice(0, 30))}`, () => assert.not.match(redact(text), /of-?ours-?42/))
for (const [name, value, text] of [
  ['HTTPS_PROXY', 'http://joe:pr0xy-of-ours-42@proxy:8080', 'pr0xy-of-ours-42'],
  ['DB_PASS', 'p4ss-of-ours-42', 'p4ss-of-ours-42'],
  ['MULTI_SECRET', 'first-of-ours-42\nsecond-of-ours-42', 'second-of-ours-42'],
  ['QUOTED_TOKEN', '"quoted-of-ours-42"', 'quoted-of-ours-42'],
  ['GOOGLE_CREDENTIALS_JSON', '{"private_key":"a\\nline-of-ours-42-bbbb"}', 'line-of-ours-42-bbbb'],
  ['BASE_KEY', 'base-of-ours-42', Buffer.from('base-of-ours-42').toString('base64')],
  ['HEX_KEY', 'hex-of-ours-42', Buffer.from('hex-of-ours-42').toString('hex')],
  ['LOUD_TOKEN', 'loud-of-ours-42', 'LOUD-OF-OURS-42'],
  ['MARKED_TOKEN', 'mark<ed>&of-ours-42', 'mark&lt;ed&gt;&amp;of-ours-42'],
  ['SCRIPT_TOKEN', 'scr&ipt+of-ours-42', 'scr\\u0026ipt\\u002bof-ours-42'],
  ['SLASH_TOKEN', 'sla/sh-of-ours-42', 'sla\\/sh-of-ours-42'],
] as const)
  test(`the value of ${name} does not leave, whole or in its parts`, () => {
    const before = process.env[name]
    process.env[name] = value
    try {
      assert.not.match(redact(`it said ${text}.`), new RegExp(text.replaceAll('\\', '\\\\')))
    } finally {
      if (before === undefined) delete process.env[name]
      else process.env[name] = before
    }
  })
test('a text of any length is read in a moment', () => {
  for (const piece of [
    '://a:',
    '?a',
    '&key',
    'authorization ',
    'bearer ',
    'api-key-',
    '-----BEGIN ',
    'eyJaaaaaa.',
    '"',
    ' -u a',
    'cookie:',
    '%3F',
    'a@',
    'a:bbbb',
    'a:bbbb@c.',
  ])
    assert.type(redact(piece.repeat(40_000)), 'string')
})
test('keys of the usual providers are known by themselves, and words are left alone', () => {
  assert.is(redact('sk-abcdefghijklmnopqrstuvwx and hf_ABCDEFGHIJKLMNOPQRST'), '[secret] and [secret]')
  for (const text of [
    'the key is under the mat',
    'a token a piece',
    'user@example.org',
    'https://host/v1?page=2',
    'mailto:a@b',
    'mailto:alice@example.org',
    'npm:lodash@4.17.21',
    'redis:7.2@sha256:abcdef',
    'hf:owner/repo@main',
    'bearer of news',
    'No recipe "../../etc/passwd": recipes: chains',
    '/etc/passwd: permission is missing',
    'https://host:8080/a@b',
    'the password is not told',
    'set OPENAI_API_KEY, or put it into .env',
    'https://host/?keyword=cats&author=me',
    'tokens: 123456 in 7.5 s',
    'the key: a small one',
    'https://host/search?q=a%20b',
    '{"tokens":{"prompt":123456}}',
  ])
    assert.is(redact(text), text)
})

for (const [name, problem] of [
  ['model.gguf', null],
  ['模型-Q8_0.gguf', null],
  ['..', 'is no name'],
  ['a/b', 'holds a separator or a hidden character'],
  ['a\\b', 'holds a separator or a hidden character'],
  ['a\u0000b', 'holds a separator or a hidden character'],
  ['a\u202Egpj.gguf', 'holds a separator or a hidden character'],
  ['con', 'is a device on Windows'],
  ['NUL.gguf', 'is a device on Windows'],
  ['-rf', 'begins with a dash, tilde or space, or ends with a space or dot'],
  ['x.', 'begins with a dash, tilde or space, or ends with a space or dot'],
  ['x'.repeat(300), 'is longer than 200 bytes'],
] as const)
  test(`name ${JSON.stringify(name.slice(0, 20))}: ${problem ?? 'fine'}`, () => assert.is(nameProblem(name), problem))

test('an address is decoded once, and then checked', () => {
  assert.is(fileNameOf('my%20model.gguf', 'x'), 'my model.gguf')
  assert.is(fileNameOf('a%252Fb.gguf', 'x'), 'a%2Fb.gguf')
  for (const text of ['..%2F..%2Fevil.gguf', '%2e%2e', 'a%5Cb', '%00', '%E0%A4%A'])
    assert.throws(
      () => fileNameOf(text, 'the address'),
      (error: Error) => error instanceof BadInput,
    )
})

test('a path stays below its folder, links counted', () => {
  mkdirSync(join(folder, 'models/mine'), { recursive: true })
  assert.is(pathBelow(join(folder, 'models'), 'mine', 'x.gguf'), join(folder, 'models/mine/x.gguf'))
  symlinkSync('/etc', join(folder, 'models/out'))
  symlinkSync(join(folder, 'models/mine'), join(folder, 'models/in'))
  assert.throws(() => pathBelow(join(folder, 'models'), 'out', 'passwd'), /leads out/)
  assert.throws(() => pathBelow(join(folder, 'models'), '..', 'x'), /is no name/)
  assert.is(pathBelow(join(folder, 'models'), 'in', 'x.gguf'), join(folder, 'models/in/x.gguf'))
})

for (const [text, seen] of [
  ['\u001b]0;title\u0007', '␛]0;title␇'],
  ['\u001b[2J', '␛[2J'],
  ['\u202Eabc', '⟨U+202E⟩abc'],
  ['a\u0000b\u009bc', 'a␀b⟨U+009B⟩c'],
  ['zero\u200Bwidth', 'zero⟨U+200B⟩width'],
  ['two\nlines\tand é 日本', 'two\nlines\tand é 日本'],
  ['half \ud83d', 'half ⟨U+D83D⟩'],
  ['tags \u{e0041}\u{e007f}, selectors \u{e0100}', 'tags ⟨U+E0041⟩⟨U+E007F⟩, selectors ⟨U+E0100⟩'],
  ['fillers \u3164\u115f\uffa0\u034f', 'fillers ⟨U+3164⟩⟨U+115F⟩⟨U+FFA0⟩⟨U+034F⟩'],
  ['notes \u{1d173} and shorthand \u{1bca0}', 'notes ⟨U+1D173⟩ and shorthand ⟨U+1BCA0⟩'],
  ['emoji 😀❤️ and क्षि', 'emoji 😀❤️ and क्षि'],
] as const)
  test(`visible: ${JSON.stringify(text)}`, () => assert.is(visibleText(text), seen))

for (const [text, width] of [
  ['abc', 3],
  ['日本語', 6],
  ['e\u0301', 1],
  ['한국어 x', 8],
  ['😀', 2],
  ['ＡＢ', 4],
  ['⟨U+202E⟩', 8],
  ['שלום', 4],
  ['क्षि', 3],
] as const)
  test(`${JSON.stringify(text)} takes ${width} cells`, () => {
    assert.is(terminalWidth(text), width)
    assert.is(terminalWidth(padLine(text, 12)), 12)
    assert.is(padLine(text, 12, true).endsWith(text), true)
    assert.ok(terminalWidth(cutLine(text.repeat(9), 7)) <= 7)
  })
test('a line of a terminal stays one', () => assert.is(lineText('a\r\n\tb\u2028c \u001b[2J'), 'a b c ␛[2J'))

test('Markdown makes no picture, link, table or heading of it', () => {
  assert.is(markdownText('![](x) | a | b |\n# h <script>'), '\\!\\[\\](x) \\| a \\| b \\| \\# h \\<script\\>')
})

test.run()
