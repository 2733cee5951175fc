import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { numberGoldProblem, verifyNumber } from './number.ts'

const test = suite('number kinds')

/** Each kind of trouble: golds with the outputs that say them, and with outputs that do not. */
const kinds: Record<string, [gold: string, right: string[], wrong: string[]][]> = {
  'fractions and mixed numbers': [
    [
      '2',
      ['\\boxed{2}', '\\boxed{\\frac{4}{2}}', '\\boxed{4/2}'],
      ['\\boxed{\\frac12}', '\\boxed{1/2}', '\\boxed{2\\frac12}', 'The answer is 1/2.'],
    ],
    [
      '\\frac{1}{2}',
      ['\\boxed{\\frac12}', '\\boxed{\\dfrac{1}{2}}', 'The answer is 0.5.', '½', '\\boxed{1/2}'],
      ['\\boxed{2}', '\\boxed{1}', '1/3'],
    ],
    [
      '3 1/2',
      ['The answer is 3.5', '3½', '\\boxed{3\\frac{1}{2}}', '7/2', 'The answer is 3 and 1/2.', '#### 3 1/2'],
      ['3', '0.5', '3/2', '1/2', 'The answer is 31/2.'],
    ],
    [
      '3',
      ['The answer is 3.'],
      ['The answer is 3 1/2.', 'The answer is 3½.', 'The answer is 3¾ hours.', '\\boxed{3\\frac13}', '#### 3 1/4'],
    ],
    ['-2 1/3', ['\\boxed{-\\frac{7}{3}}', '-2⅓', '-7/3'], ['-5/3', '7/3', '2 1/3', '-2']],
    ['5', ['10/2'], ['The answer is 1/5/2', 'The answer is 5/0.', '\\boxed{5/2/2024}', '5/2/2024']],
    ['4', [], ['The answer is 4 3/2.']],
  ],
  'minus signs': [
    [
      '5',
      ['The answer is +5.', 'We get 10-5'],
      [
        'The answer is –5.',
        'The answer is −5.',
        'The answer is ‑5.',
        'The answer is minus 5.',
        'The answer is negative 5.',
        'The answer is －5.',
        '\\boxed{-5}',
        '\\boxed{–5}',
        'The answer is -$5.',
        'The answer is $-5.',
      ],
    ],
    [
      '-5',
      [
        'The answer is –5.',
        'The answer is −5.',
        'minus 5',
        'The answer is negative 5.',
        '#### - 5',
        '-$5',
        '$-5$',
        'La réponse est moins 5.',
      ],
      ['5', '10 minus 5', 'From 10–5 eggs'],
    ],
    ['−12', ['-12', '\\boxed{-12}'], ['12']],
  ],
  magnitudes: [
    [
      '3',
      ['3'],
      [
        'The answer is 3 million.',
        'The answer is 3 thousand dollars.',
        '#### 3 dozen',
        '\\boxed{3\\text{ million}}',
        'The answer is $3k.',
        'The answer is $3M.',
        'The answer is 3 hundred.',
        '答案是3万',
        '3 lakh',
        'La respuesta es 3 mil.',
        'The answer is 3-million.',
      ],
    ],
    [
      '3000000',
      [
        'The answer is 3 million.',
        'The answer is 3 million dollars.',
        '$3M',
        'The answer is 3 Million',
        '\\boxed{3\\text{ million}}',
        '3,000 thousand',
        'Die Antwort ist 3 Millionen.',
        'La respuesta es 3 millones.',
      ],
      ['3', '3 thousand', '3 billion', '300 million'],
    ],
    ['5 million', ['5000000', '5,000,000', '\\boxed{5{,}000{,}000}', '5 million'], ['5', '5 billion']],
    ['2.5 thousand', ['2500', '$2.5k'], ['2.5']],
    ['36', ['3 dozen', 'The answer is 3 dozen eggs.'], ['36 dozen', '3']],
    ['30000', ['答案是3万', '3萬', '정답은 3만입니다.'], ['3']],
    ['5', [], ['The answer is 5k.', '\\boxed{5k}', '\\boxed{5M}']],
  ],
  'times and durations': [
    [
      '4',
      ['The answer is 4.', 'The answer: 4 p.m.'],
      ['The answer is 4:30.', '\\boxed{4{:}30}', 'The answer is 4:00', 'The answer is 4:5.'],
    ],
    ['30', [], ['The answer is 4:30.', '\\boxed{4{:}30}', 'The answer is 12:30 pm.']],
    ['4:30', ['4:30', 'The answer is 4:30.', '\\boxed{4{:}30}', '16:30', 'The answer is 4:30 p.m.'], ['4', '30', '4:31', '5:30', '4.5']],
    ['4:30 p.m.', ['16:30', '4:30 PM', '4:30'], ['4:30 a.m.', '5:30 p.m.', '4:30 am']],
    ['7 a.m.', ['7 am', '7:00 a.m.', '07:00'], ['7 p.m.', '19:00', '8 a.m.']],
    ['12 a.m.', ['00:00', '12:00 am'], ['12 p.m.', '12:30 am']],
    ['2', [], ['The answer is 2 hours 30 minutes.', 'The answer is 2 hours and 5 minutes.']],
    [
      '2 hours 30 minutes',
      ['150 minutes', '2.5 hours', '2 hours and 30 minutes', '2 h 30 min'],
      ['2 hours', '30 minutes', '2 hours 20 minutes', '150 hours', '2.3 hours'],
    ],
    ['5 feet 6 inches', ['5 ft 6 in', '5.5 feet', '66 inches'], ['5', '6', '5 feet', '5 feet 5 inches']],
    ['3.50', ['3 dollars and 50 cents'], ['3 dollars', '3 dollars and 5 cents']],
  ],
  'lists and ranges': [
    [
      '5',
      ['5'],
      [
        'The answer is 3,5',
        'The answer is 3, 5',
        'The answer is 5, 3',
        'The answer is 3 and 5.',
        'The answer is 5 or 6.',
        'The answer is 3 to 5.',
        'The answer is 5-7.',
        '\\boxed{3, 5}',
        '\\boxed{5, 7}',
        '\\boxed{(5, 3)}',
        '\\boxed{5 \\text{ or } 6}',
        '\\boxed{x = 5, y = 3}',
        '#### 3,5',
        '#### 5;3',
        '\\boxed{3;5}',
      ],
    ],
    ['3.5', ['3,5', 'The answer is 3,5.', 'La réponse est 3,5.'], ['3', '5', '35', '3,5,1']],
    ['1,2,3', [], ['1', '3', '123', '1,2,3']],
  ],
  separators: [
    [
      '1234567.89',
      ['1,234,567.89', '1.234.567,89', '1 234 567.89', '\\boxed{1{,}234{,}567.89}', '1\u202f234\u202f567,89', "1'234'567.89"],
      ['1.234', '1234567', '567.89'],
    ],
    ['1234', ['1,234', '1{,}234', '1\\,234', '#### 1 234', '\\boxed{1,\\!234}'], ['1.234', '234', '1', '1,23,4', '12,34']],
    ['1234567', ['12,34,567'], ['12', '567']],
    ['0.125', ['0,125', '.125', '1/8'], ['125', '0125,0']],
    ['3.5.2', [], ['3.5', '2', '3.5.2']],
  ],
  'powers and scientific notation': [
    [
      '1000000',
      ['The answer is 10^6.', '10^{6}', '10**6', '10⁶', '1e6', '1E6', '1 x 10^6', '1.0 \\times 10^6', '\\boxed{1 \\cdot 10^{6}}'],
      ['6', '10', '10^5', '10^-6', '1e5', '106'],
    ],
    ['6', [], ['The answer is 10^6.', '\\boxed{10^6}', '10⁶', '\\boxed{6^2}', '6x10^3', 'The answer is 6^2.']],
    ['3e5', ['300000', '3e5', '3 × 10⁵', '300,000'], ['5', '3', '35', '3e-5']],
    ['0.00025', ['2.5e-4', '2.5 × 10⁻⁴', '2.5 \\times 10^{-4}'], ['2.5', '2.5e4', '-4']],
    ['-4', ['-2^2'], ['4', '2^2']],
    ['7', [], [`1e5000`, '9^99999', '\\boxed{1e99999}']],
  ],
  'what goes on behind a number': [
    [
      '3',
      [],
      [
        '\\boxed{3x}',
        '\\boxed{3\\sqrt{2}}',
        '\\boxed{3\\pi}',
        'The answer is 3π.',
        'The answer is 3√2.',
        '\\boxed{3!}',
        '\\boxed{\\sqrt{3}}',
        '\\boxed{x^3}',
        '\\boxed{3_4}',
        '\\boxed{x > 3}',
        '\\boxed{\\pm 3}',
        '\\boxed{3 x + 1}',
        '\\boxed{3 + x}',
        '\\boxed{2 + 3}',
        '\\boxed{-3}',
        '\\boxed{3:4}',
        'The answer is 3:4.',
        '\\boxed{\\log 3}',
        '\\boxed{(3)(2)}',
        '\\boxed{\\frac{3}{x}}',
        '\\boxed{1+2\\sqrt2}',
        '\\boxed{1+2x}',
        'The answer is 1+2\\pi.',
        '\\boxed{\\{3\\}}',
        '\\boxed{x:3}',
        '\\boxed{\\sum_{k=3}^{n}}',
        '\\boxed{2x+1=3}',
      ],
    ],
    [
      '40',
      ['The answer is 5 * 8 = 40.', 'The answer is 5 * 8.', '\\boxed{5 \\times 8}', '\\boxed{x = 40}', 'The answer is 2 × (10 + 10).'],
      ['The answer is 40 + 2.', 'The answer is 40 * 2'],
    ],
    [
      '9',
      [
        '\\boxed{9km}',
        '9 km',
        'The answer is 9kg.',
        '\\boxed{9\\text{ cm}}',
        '\\boxed{9^\\circ}',
        'The answer is 9th.',
        'The answer is 9!',
      ],
      ['\\boxed{9y}', '\\boxed{9ab}'],
    ],
    [
      '31',
      [
        'The answer is **31**.',
        '**31**',
        'The answer is _31_.',
        'The answer is *31*.',
        '**Answer:** 31',
        '**Final answer: 31**',
        'The answer is `31`.',
      ],
      ['The answer is **13**.'],
    ],
    ['5', ['The answer is ¥5.', '₹5', '\\boxed{€5}', '\\boxed{\\$5}', 'US$5', 'The answer is 5€.'], ['¥50']],
    ['25%', ['25%', '25 percent', '\\boxed{25\\%}', '0.25', '25', '1/4'], ['2.5', '2500%', '75%']],
  ],
  'exact values': [
    ['10000000000000000001', ['10000000000000000001', '10,000,000,000,000,000,001'], ['#### 10000000000000000000', '1e19', '10^19']],
    ['0.1', ['0.1', '1/10'], ['0.10000000000000000001', '0.1000000000000000055511151231257827']],
    ['9007199254740993', ['9007199254740993'], ['9007199254740992']],
    ['0.30', ['0.3'], ['0.30000000000000004']],
  ],
  'other scripts': [
    [
      '42',
      [
        '答案：42。',
        '答案是42',
        'La réponse est 42.',
        'जवाब ४२ है',
        'उत्तर: ४२',
        'الجواب هو ٤٢',
        '答えは４２です。',
        '정답은 42입니다.',
        'Ответ: 42',
        'Die Antwort lautet 42.',
        'La respuesta es 42.',
        'A resposta é 42.',
        'La risposta è 42.',
        'Het antwoord is 42.',
        'Đáp án là 42.',
        'คำตอบคือ ๔๒',
        '\\boxed{４２}',
        'উত্তর ৪২',
      ],
      ['答案：43。', 'जवाब ४३ है', 'الجواب هو ٤٣', '答案：42万'],
    ],
    ['-3.5', ['答案：－３．５', '−٣٫٥'], ['3.5', '٣٫٥']],
    ['1234.5', ['١٬٢٣٤٫٥'], ['1234', '12345']],
  ],
  announcements: [
    [
      '12',
      [
        'The answer (in metres) is 12.',
        'The final answer is: 12',
        'The correct answer would be 12.',
        'The answer to the question is 12.',
        'Answer - 12',
        'The answer, in cm, is 12 cm',
        'The answer is therefore 12.',
        'The result is 12 after 3 days.\nThere were 5.',
      ],
      ['The answer (out of 12) is 7.'],
    ],
    [
      '18',
      [
        'The answer is 17. Wait, no: the answer is 18.',
        '\\boxed{17} Wait, I made a mistake. The answer is 18.',
        '#### 17\nActually, it should be 18.',
        'The answer is 17. Hmm, no, it is 18.',
        '\\boxed{18}. Let me check: 9 * 2 = 18, and 9 + 9 = 18, so yes.',
        '\\boxed{18}\nWait, let me double-check: 3 * 7 = 21, 21 - 3 = 18.',
      ],
      ['The answer is 18. Wait, no: the answer is 19.', '\\boxed{18}. Actually, I made an error: it should be 20.'],
    ],
    [
      '4',
      ['<think>so \\boxed{3}</think>The result is \\boxed{4}.', '<think>The answer is 3</think>4', '<think>1, 2, 3</think> It is 4'],
      ['<think>The answer is 4</think>It is 3.'],
    ],
  ],
}
for (const [kind, cases] of Object.entries(kinds))
  test(kind, () => {
    for (const [gold, right, wrong] of cases)
      for (const [expected, outputs] of [
        [true, right],
        [false, wrong],
      ] as const)
        for (const answer of outputs) {
          const { correct, extracted, reason } = verifyNumber({ gold, answer })
          assert.is(correct, expected, `${gold} <> ${answer}: read ${extracted}, ${reason}`)
        }
  })

test('a gold answer is read to its end, or named as none', () => {
  const golds = [
    '1,450',
    '$18',
    '18 dollars',
    '3 1/2',
    '\\frac34',
    '$\\frac{3}{4}$',
    '3e5',
    '5 million',
    '4:30',
    '25%',
    '#### 72',
    '-7',
    '½',
    'x = 5',
  ]
  for (const gold of golds) assert.is(numberGoldProblem(gold), null, gold)
  const none = [
    '',
    'blue',
    '3, 5',
    '1,2,3',
    '3 and 5',
    '12 boys and 13 girls',
    '3x',
    '3\\sqrt2',
    '2\\pi',
    '1/0',
    '3.5.2',
    '5-7',
    'x > 3',
    '1e99999',
    '(1,2)',
  ]
  for (const gold of none) assert.is(numberGoldProblem(gold), 'is not a number', gold)
})

test.run()
