import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkHubCard, hubCard, sizeCategory, type HubCard } from './hub-card.ts'

const test = suite('hubCard')
const card: HubCard = {
  title: 'tiny: round 3',
  rows: 1200,
  format: { name: 'trl-messages', source: 'TRL', kind: 'sft' },
  files: [
    { split: 'train', path: 'train.jsonl', rows: 1000, bytes: 5, sha256: 'a' },
    { split: 'train', path: 'train-00002.jsonl', rows: 100, bytes: 5, sha256: 'b' },
    { split: 'validation', path: 'validation.jsonl', rows: 100, bytes: 5, sha256: 'c' },
  ],
  licences: [
    { source: 'gsm8k', licence: 'MIT' },
    { source: 'mine', licence: null },
    { source: 'odd', licence: 'Own Licence 2' },
  ],
  generators: [{ model: 'model-1', origin: 'models/<b>tiny</b> | x' }],
  composition: { 'sums 1': 1200 },
  contamination: { questions: 10, overlapping: 0, words: 13 },
  load: "load_dataset('me/x')",
}

test('its front matter is what the hub reads', () => {
  const text = hubCard(card)
  const front = checkHubCard(text)
  assert.equal(front.license, ['mit', 'unknown', 'other'])
  assert.is(front.license_name, 'own-licence-2')
  assert.equal(front.size_categories, ['1K<n<10K'])
  assert.equal(front.configs[0]?.data_files, [
    { split: 'train', path: ['train.jsonl', 'train-00002.jsonl'] },
    { split: 'validation', path: 'validation.jsonl' },
  ])
  assert.is(front.pretty_name, 'tiny: round 3')
  assert.ok(text.includes('0 of 1200 rows hold') && !text.includes('<b>'))
  assert.match(hubCard({ ...card, contamination: undefined }), /Not checked/)
})

for (const [text, wanted] of [
  ['# no front matter', /has no front matter/],
  ['---\na: [\n---\n', /no YAML/],
  ['---\npretty_name: x\nlicense: wtf\n---\n', /license: /],
  [hubCard(card).replace('1K<n<10K', '3 rows'), /size_categories\.0/],
  [hubCard(card).replace('split: train', 'split: my train'), /configs\.0\.data_files\.0\.split/],
] as const)
  test(`${JSON.stringify(text.slice(0, 40))} is refused`, () => assert.throws(() => checkHubCard(text), wanted))

test('sizes', () => assert.equal([1, 1000, 1e6].map(sizeCategory), ['n<1K', '1K<n<10K', '1M<n<10M']))

test.run()
