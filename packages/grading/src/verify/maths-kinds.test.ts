import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openMathsPool, verifyMaths } from './maths.ts'

const test = suite('maths kinds')
const pool = openMathsPool(2)
test.after(() => pool.close())

/** Each kind of trouble: golds with the outputs that say them, and with outputs that do not. */
const kinds: Record<string, [gold: string, right: string[], wrong: string[]][]> = {
  'zero ratios': [
    [
      '\\boxed{12}',
      ['\\boxed{12:1}'],
      ['\\boxed{0:0}', '\\boxed{0:0:0}', '\\boxed{\\frac{0}{0}}', '\\boxed{0/0}', '\\boxed{x-x:0}', '\\boxed{0.0:0}', '\\boxed{1-1:0}'],
    ],
    [
      '\\boxed{5:8}',
      ['\\boxed{10:16}', '\\boxed{5/8}', '\\boxed{2.5:4}'],
      ['\\boxed{0:0}', '\\boxed{8:5}', '\\boxed{5:0}', '\\boxed{0:8}', '\\boxed{5:8:0}', '\\boxed{\\frac{0}{0}}'],
    ],
    ['\\boxed{1:2:3}', ['\\boxed{2:4:6}'], ['\\boxed{0:0:0}', '\\boxed{1:2}', '\\boxed{1:2:0}', '\\boxed{3:2:1}', '\\boxed{1:2:4}']],
    ['\\boxed{0:5}', ['\\boxed{0:5}'], ['\\boxed{0:0}', '\\boxed{5:0}']],
    ['\\boxed{x}', [], ['\\boxed{0:0}', '\\boxed{\\frac{x-x}{x-x}}', '\\boxed{\\frac{0}{x-x}}']],
    ['\\boxed{(1,2)}', [], ['\\boxed{0:0}', '\\boxed{(\\frac00,\\frac00)}']],
  ],
  'overflow and underflow': [
    [
      '\\boxed{\\sqrt{11}}',
      [],
      [
        '\\boxed{1e5000}',
        '\\boxed{9e9999}',
        '\\boxed{10^{999}}',
        '\\boxed{e^{10000}}',
        '\\boxed{1e-5000}',
        '\\boxed{-1e5000}',
        '\\boxed{\\infty}',
        '\\boxed{-\\infty}',
        '\\boxed{10^{10^{10}}}',
        '\\boxed{\\frac{1}{0}}',
        '\\boxed{1000!}',
      ],
    ],
    [
      '\\boxed{3n+4}',
      [],
      ['\\boxed{9e9999}', '\\boxed{9e9999n}', '\\boxed{n^{99999}}', '\\boxed{\\infty}', '\\boxed{1e5000n+4}', '\\boxed{3n+4+e^{-1000}}'],
    ],
    [
      '\\boxed{10^{999}}',
      ['\\boxed{10^{999}}', '\\boxed{100^{499}\\cdot10}', '\\boxed{1e999}'],
      ['\\boxed{10^{998}}', '\\boxed{10^{999}+1}', '\\boxed{1e1000}', '\\boxed{\\infty}'],
    ],
    [
      '\\boxed{0}',
      ['\\boxed{\\ln 1}', '\\boxed{\\sqrt2^2-2}', '\\boxed{\\sin \\pi}'],
      [
        '\\boxed{e^{-1000}}',
        '\\boxed{10^{-500}}',
        '\\boxed{1e-999}',
        '\\boxed{\\frac{1}{10^{400}}}',
        '\\boxed{2^{-2000}}',
        '\\boxed{\\sin 10^{-400}}',
        '\\boxed{e^{-100000}}',
      ],
    ],
    [
      '\\boxed{e^{-900}}',
      ['\\boxed{\\frac{1}{e^{900}}}', '\\boxed{(e^{-450})^2}'],
      ['\\boxed{e^{-950}}', '\\boxed{0}', '\\boxed{e^{900}}'],
    ],
    ['\\boxed{e^{900}}', ['\\boxed{(e^{300})^3}'], ['\\boxed{e^{901}}', '\\boxed{10^{390}}']],
    [
      '\\boxed{\\sqrt2}',
      ['\\boxed{\\frac{2}{\\sqrt2}}'],
      ['\\boxed{\\sqrt2+10^{-30}}', '\\boxed{\\sqrt2+e^{-200}}', '\\boxed{\\sqrt{2}+10^{-100}}', '\\boxed{\\sqrt2(1+10^{-12})}'],
    ],
    [
      '\\boxed{\\sin x}',
      ['\\boxed{\\cos(\\frac{\\pi}{2}-x)}'],
      ['\\boxed{\\sin x+10^{-12}}', '\\boxed{\\sin x + e^{-50}}', '\\boxed{\\sin(x+10^{-13})}', '\\boxed{\\cos x}'],
    ],
  ],
  residues: [
    [
      '\\boxed{2^{9000}}',
      ['\\boxed{8^{3000}}', '\\boxed{4^{4500}}', '\\boxed{2\\cdot2^{8999}}'],
      ['\\boxed{2^{8873}}', '\\boxed{2^{9127}}', '\\boxed{2^{9000}+1}', '\\boxed{2^{9000}-2^{127}+1}', '\\boxed{2^{9061}}'],
    ],
    ['\\boxed{3^{50000}}', ['\\boxed{9^{25000}}'], ['\\boxed{3^{50001}}', '\\boxed{3^{49999}}']],
    [
      '\\boxed{2^{10000000}}',
      ['\\boxed{4^{5000000}}', '\\boxed{\\frac{2^{10000001}}{2}}'],
      ['\\boxed{2^{9999873}}', '\\boxed{2^{10000000}+1}', '\\boxed{3^{10000000}}'],
    ],
    ['\\boxed{1000!}', ['\\boxed{1000\\cdot999!}'], ['\\boxed{999!}', '\\boxed{1000!+1}']],
    ['\\boxed{7^{7^7}}', ['\\boxed{7^{823543}}'], ['\\boxed{7^{823542}}', '\\boxed{7^{823544}}']],
  ],
  'mixed numbers': [
    [
      '\\boxed{-2\\frac13}',
      ['\\boxed{-\\frac73}', '\\boxed{-2 1/3}', '\\boxed{-2\\dfrac{1}{3}}', '\\boxed{-\\left(2\\frac13\\right)}'],
      ['\\boxed{-\\frac53}', '\\boxed{-\\frac23}', '\\boxed{\\frac73}', '\\boxed{-2}'],
    ],
    ['\\boxed{-\\frac53}', ['\\boxed{-1\\frac23}'], ['\\boxed{-2\\frac13}']],
    ['\\boxed{x-2\\frac13}', ['\\boxed{x-\\frac73}'], ['\\boxed{x-\\frac53}', '\\boxed{x-\\frac23}']],
    ['\\boxed{\\frac{7}{2}}', ['The answer is 3½.', '\\boxed{3\\tfrac12}', '3 1/2'], ['\\boxed{\\frac32}', '31/2', '\\boxed{-3\\frac12}']],
    ['\\boxed{3}', [], ['\\boxed{3\\frac12}', 'The answer is 3 1/2.', 'The answer is 3½.']],
    ['\\boxed{1\\frac12x}', ['\\boxed{\\frac32x}', '\\boxed{1.5x}'], ['\\boxed{\\frac12x}']],
    ['\\boxed{\\left(-1\\frac12, 2\\right)}', ['\\boxed{(-\\frac32,2)}'], ['\\boxed{(-\\frac12,2)}']],
  ],
  anagrams: [
    [
      'star',
      ['The answer is star.', '\\boxed{star}', '\\boxed{\\text{Star}}'],
      ['The answer is rats.', '\\boxed{rats}', '\\boxed{tsar}', '$arts$'],
    ],
    ['\\boxed{north}', ['\\boxed{North}', 'The answer is north.'], ['\\boxed{thorn}', '\\boxed{\\text{thorn}}']],
    ['\\boxed{\\text{listen}}', ['\\boxed{listen}'], ['\\boxed{silent}', '\\boxed{\\text{silent}}', '\\boxed{enlist}']],
    ['\\boxed{ab}', ['\\boxed{ba}', '\\boxed{a\\cdot b}', '$ba$'], ['\\boxed{ac}', '\\boxed{a+b}']],
    ['\\boxed{xyz}', ['\\boxed{zyx}'], ['\\boxed{xy}']],
    ['\\boxed{2ab}', ['\\boxed{2ba}', '\\boxed{ab2}'], ['\\boxed{2a}']],
    ['ab', ['ab', 'The answer is ab.'], ['The answer is ba.', '\\boxed{ba}']],
    ['on', ['on'], ['The answer is no.', '\\boxed{no}']],
    ['\\boxed{dog}', ['\\boxed{dog}'], ['\\boxed{god}', '\\boxed{odg}']],
    ['cab', [], ['bac', '\\boxed{abc}']],
    ['B12', ['B12', 'The answer is B12.'], ['12B', '\\boxed{12B}', 'The answer is 12.']],
    ['\\boxed{PQ}', ['\\boxed{QP}'], ['\\boxed{PR}']],
  ],
  names: [
    [
      '\\boxed{\\alpha=30}',
      ['\\boxed{\\alpha=30}', '\\boxed{30}', '\\boxed{30=\\alpha}'],
      ['\\boxed{\\beta=30}', '\\boxed{x=30}', '\\boxed{\\alpha=31}', '\\boxed{\\theta=30}'],
    ],
    [
      '\\boxed{AB=9}',
      ['\\boxed{BA=9}', '\\boxed{\\overline{AB}=9}', '\\boxed{9}', '\\boxed{AB = 9\\text{ cm}}'],
      ['\\boxed{CD=9}', '\\boxed{AC=9}', '\\boxed{A=9}', '\\boxed{ABC=9}'],
    ],
    [
      '\\boxed{\\angle ABC=40}',
      ['\\boxed{\\angle CBA=40}', '\\boxed{m\\angle ABC=40}', '\\boxed{40^\\circ}'],
      ['\\boxed{\\angle BAC=40}', '\\boxed{\\angle DEF=40}'],
    ],
    ['\\boxed{\\sin x}', ['\\boxed{\\sin(x)}'], ['\\boxed{\\cos x}', '\\boxed{\\sin y}', '\\boxed{\\tan x}', '\\boxed{\\arcsin x}']],
    [
      '\\boxed{P(X)=\\frac25}',
      ['\\boxed{P(X)=0.4}', '\\boxed{\\frac25}', '\\boxed{P=\\frac25}'],
      ['\\boxed{P(Y)=\\frac25}', '\\boxed{Q(X)=\\frac25}', '\\boxed{P(X)=\\frac35}'],
    ],
    ['\\boxed{f(x)=2x}', ['\\boxed{y=2x}', '\\boxed{2x}', '\\boxed{f(x)=x+x}'], ['\\boxed{g(x)=2x}', '\\boxed{f(x)=3x}', '\\boxed{x=2y}']],
    ['\\boxed{x_1=4}', ['\\boxed{x_{1}=4}', '\\boxed{4}'], ['\\boxed{x_2=4}', '\\boxed{y_1=4}']],
    ['\\boxed{\\text{Alice}=5}', ['\\boxed{5}', '\\boxed{\\text{Alice}=5}'], ['\\boxed{\\text{Bob}=5}']],
    ['\\boxed{a=1, b=2}', ['\\boxed{b=2, a=1}', '\\boxed{1,2}'], ['\\boxed{c=1, d=2}', '\\boxed{a=2, b=1}', '\\boxed{a=1, c=2}']],
    ['\\boxed{x=2, x=3}', ['\\boxed{2,3}', '\\boxed{x=3,x=2}'], ['\\boxed{y=2, y=3}']],
    ['\\boxed{f(3)=7}', ['\\boxed{7}'], ['\\boxed{f(4)=7}', '\\boxed{g(3)=7}']],
  ],
  'tuple order': [
    [
      '\\boxed{(x,y)=(1,2)}',
      ['\\boxed{(1,2)}', '\\boxed{x=1, y=2}', '\\boxed{(y,x)=(2,1)}', '\\boxed{(x, y) = (1, 2)}'],
      ['\\boxed{(x,y)=(2,1)}', '\\boxed{(2,1)}', '\\boxed{x=2,y=1}', '\\boxed{(y,x)=(1,2)}', '\\boxed{(a,b)=(1,2)}', '\\boxed{\\{1,2\\}}'],
    ],
    [
      '\\boxed{(1,2,3)}',
      ['\\boxed{(1, 2, 3)}', '\\boxed{1,2,3}'],
      ['\\boxed{(3,2,1)}', '\\boxed{(1,3,2)}', '\\boxed{(1,2)}', '\\boxed{(1,2,3,4)}'],
    ],
    [
      '\\boxed{(a,b,c)=(1,2,3)}',
      ['\\boxed{(1,2,3)}', '\\boxed{(c,a,b)=(3,1,2)}'],
      ['\\boxed{(1,3,2)}', '\\boxed{(a,b,c)=(3,2,1)}', '\\boxed{(a,c,b)=(1,2,3)}'],
    ],
    ['\\boxed{(x,y)=(1,2),(3,4)}', ['\\boxed{(x,y)=(3,4),(1,2)}'], ['\\boxed{(x,y)=(2,1),(4,3)}', '\\boxed{(x,y)=(1,2)}']],
    ['\\boxed{\\{(1,2),(3,4)\\}}', ['\\boxed{\\{(3,4),(1,2)\\}}'], ['\\boxed{\\{(2,1),(4,3)\\}}']],
  ],
  'constant relations': [
    [
      '\\boxed{\\pi>3}',
      ['\\boxed{3<\\pi}', '\\boxed{\\pi > 3}'],
      ['\\boxed{2<5}', '\\boxed{1>0}', '\\boxed{\\pi<3}', '\\boxed{0=0}', '\\boxed{\\pi\\ge 3}'],
    ],
    ['\\boxed{2+2=4}', ['\\boxed{4}', '\\boxed{2+2=4}'], ['\\boxed{0=1}', '\\boxed{1=1}', '\\boxed{5=5}']],
    ['\\boxed{x>3}', ['\\boxed{3<x}'], ['\\boxed{4>3}', '\\boxed{1=1}', '\\boxed{x=x}', '\\boxed{0<1}', '\\boxed{x>x-1}', '\\boxed{0x<1}']],
    [
      '\\boxed{x+y=7}',
      ['\\boxed{y=7-x}', '\\boxed{2x+2y=14}'],
      ['\\boxed{0=0}', '\\boxed{7=7}', '\\boxed{x=x}', '\\boxed{0x+0y=0}', '\\boxed{x+y=x+y}'],
    ],
    ['\\boxed{2^{10}>10^3}', ['\\boxed{1024>1000}'], ['\\boxed{2>1}', '\\boxed{2^{10}<10^3}']],
  ],
  magnitudes: [
    [
      '5',
      ['\\boxed{5}'],
      [
        '\\boxed{5\\text{ million}}',
        'The answer is 5 million.',
        '\\boxed{5 \\text{ thousand}}',
        '\\boxed{5\\text{ dozen}}',
        '\\boxed{\\$5k}',
        '5 hundred',
        '\\boxed{5 million}',
        'It costs 5 million dollars.',
      ],
    ],
    [
      '5000000',
      [
        'The answer is 5 million.',
        '\\boxed{5\\text{ million}}',
        '\\boxed{\\$5M}',
        '\\boxed{5 \\times 10^6}',
        'It costs 5 million dollars.',
        '5,000,000',
        '\\boxed{5\\text{ million dollars}}',
      ],
      ['\\boxed{5}', '\\boxed{5\\text{ billion}}'],
    ],
    ['24', ['\\boxed{2\\text{ dozen}}', 'The answer is two dozen, or 24.'], ['\\boxed{24\\text{ dozen}}', 'The answer is 24 thousand.']],
    [
      '\\boxed{3.2\\text{ million}}',
      ['\\boxed{3200000}', '\\boxed{3.2 \\text{ million}}', '\\boxed{3{,}200{,}000}'],
      ['\\boxed{3.2}', '\\boxed{32\\text{ million}}'],
    ],
    ['288', ['\\boxed{24\\text{ dozen}}'], ['\\boxed{288\\text{ dozen}}']],
  ],
  times: [
    [
      '\\boxed{3{:}30}',
      ['\\boxed{3:30}', '\\boxed{3{:}30\\text{ p.m.}}'],
      ['\\boxed{4{:}30}', '\\boxed{4:30}', '\\boxed{1:10}', '\\boxed{3{:}31}', '\\boxed{3}', '\\boxed{3.5}', '\\boxed{30}'],
    ],
    [
      '\\boxed{7 \\text{ a.m.}}',
      ['\\boxed{7\\text{ am}}', '\\boxed{7{:}00 \\text{ a.m.}}', '7 a.m.'],
      ['\\boxed{7 \\text{ p.m.}}', '\\boxed{19{:}00}', '\\boxed{8\\text{ a.m.}}', '7 p.m.'],
    ],
    ['4:30 p.m.', ['\\boxed{4{:}30\\text{ p.m.}}', '16:30', 'The answer is 4:30 PM.'], ['\\boxed{4{:}30\\text{ a.m.}}', '4:31 p.m.']],
    [
      '\\boxed{2\\text{ hours }30\\text{ minutes}}',
      ['\\boxed{150\\text{ minutes}}', '\\boxed{2\\text{ hours and }30\\text{ minutes}}'],
      ['\\boxed{2\\text{ hours}}', '\\boxed{30\\text{ minutes}}', '\\boxed{2\\text{ hours }20\\text{ minutes}}', '\\boxed{2}'],
    ],
    ['\\boxed{4}', [], ['\\boxed{4{:}30}', 'The answer is 4:30.']],
    ['\\boxed{2:3}', ['\\boxed{10:15}', '\\boxed{4:6}'], ['\\boxed{3:2}', '\\boxed{2:30}']],
  ],
  choices: [
    [
      'B',
      [
        'The answer is B: 12.',
        '\\boxed{B}',
        '\\boxed{(B)}',
        '(B) 12',
        'B',
        'The answer is (B).',
        '\\boxed{\\textbf{(B)}\\ 12}',
        'The answer is b.',
        '**B**',
        'The answer is B. Paris',
        'The correct answer is option B.',
        '\\boxed{\\text{B}}',
        'Answer: B) 12',
      ],
      [
        '\\boxed{(B)(C)(D)}',
        '\\boxed{A, B}',
        '\\boxed{B, C}',
        '\\boxed{B \\text{ or } C}',
        '\\boxed{A}',
        '\\boxed{BC}',
        'The answer is B or C.',
        'The answer is (A) and (B).',
        '\\boxed{ABCD}',
        '\\boxed{A B C D}',
        '\\boxed{(A),(B)}',
        '\\boxed{B/C}',
        'The answer is neither.',
        '\\boxed{-B}',
        '\\boxed{12}',
        'The answer is B and D.',
        '\\boxed{\\text{(A) (B)}}',
      ],
    ],
    [
      '\\boxed{\\text{(C)}}',
      ['\\boxed{C}', 'The answer is (C) 7.', '\\boxed{\\mathrm{C}}'],
      ['\\boxed{(A)(B)(C)}', '\\boxed{D}', '\\boxed{\\text{C or D}}', '\\boxed{C, D}'],
    ],
    ['A', ['A', '\\boxed{A}', 'The answer is A.'], ['The answer is a dog.', 'The answer is A dog.', '\\boxed{A, B, C}', 'B']],
  ],
  announcements: [
    [
      '17',
      ['The answer is 17. I hope it is correct.', 'The answer is 16. Wait, no: the answer is 17.'],
      [
        'The answer is 17. I hope it is correct. Wait, no: the answer is 18.',
        '\\boxed{17}. Wait, I made a mistake. The answer is 18.',
        'The answer is 17. Actually, the correct answer is $18$.',
        '\\boxed{17} Hmm, that is wrong. \\boxed{18}',
      ],
    ],
    [
      '18',
      [
        'The answer is 17. I hope it is correct. Wait, no: the answer is 18.',
        '\\boxed{17}. Wait, I made a mistake. The answer is 18.',
        '\\boxed{18}. Let me double-check: wait, $3\\cdot6=18$. Yes.',
        '\\boxed{17} Sorry, it should be $18$.',
      ],
      [],
    ],
    [
      '12',
      [
        'The answer (in metres) is 12.',
        'The answer, in metres, is 12.',
        'The correct answer must be 12.',
        'The answer to the question is $12$.',
        'The solution is $x = 12$.',
        '**Answer:** 12',
        '**Final Answer**\n\n$12$',
        'Final answer: **12**',
      ],
      ['The answer (12 or so) is 13.'],
    ],
    [
      '4',
      [
        '<think>so \\boxed{3}</think>The result is \\boxed{4}.',
        '<think>the answer is 3</think>\\boxed{4}',
        '<think>\\boxed{3}</think>\n\n4',
        '<think>3 and \\boxed{3}</think>, \\boxed{4}',
      ],
      ['<think>so \\boxed{4}</think>The result is \\boxed{3}.'],
    ],
    [
      '31',
      ['The answer is **31**.', 'The answer is *31*.', 'The answer is _31_.', 'The answer is `31`.', 'The answer is **$31$**', '__31__'],
      ['The answer is **13**.'],
    ],
  ],
  'other scripts': [
    [
      '42',
      [
        '答案：42。',
        'La réponse est 42.',
        'जवाब ४२ है',
        '答案是 $42$。',
        'Ответ: 42',
        'الجواب: ٤٢',
        'Die Antwort ist \\boxed{42}.',
        '答えは42です。',
        '\\boxed{４２}',
        '정답은 42입니다',
        'La respuesta es $42$',
        '最终答案是：\\boxed{42}',
      ],
      ['答案：43。', 'जवाब ४३ है', 'La réponse est 24.', '答案：42万'],
    ],
    ['\\frac{1}{2}', ['答案：\\frac{1}{2}', '答案是 $\\frac12$。', 'La réponse est 0,5.'], ['答案：\\frac{1}{3}']],
  ],
  separators: [
    [
      '\\boxed{617}',
      ['\\boxed{1,234/2}', '\\boxed{\\frac{1,234}{2}}', '\\boxed{\\frac{1{,}234}{2}}'],
      ['\\boxed{1, 234/2}', '\\boxed{234/2}'],
    ],
    [
      '\\boxed{1,500x}',
      ['\\boxed{1500x}', '\\boxed{1{,}500x}', '\\boxed{x \\cdot 1500}'],
      ['\\boxed{500x}', '\\boxed{1, 500x}', '\\boxed{1.5x}'],
    ],
    [
      '\\boxed{1234}',
      ['\\boxed{1,234}', '\\boxed{1{,}234}', '\\boxed{1\\,234}', '1,234', '\\boxed{1 234}'],
      ['\\boxed{1, 234}', '\\boxed{(1,234)}', '\\boxed{1.234}', '\\boxed{234}'],
    ],
    ['\\boxed{(1,234)}', ['\\boxed{(1, 234)}'], ['\\boxed{1234}']],
    ['\\boxed{1,234+x}', ['\\boxed{x+1234}'], ['\\boxed{234+x}']],
    ['\\boxed{12,345,678}', ['\\boxed{12345678}'], ['\\boxed{12}', '\\boxed{12,345}']],
  ],
  units: [
    [
      '9',
      [
        '\\boxed{9km}',
        '\\boxed{9 km}',
        '\\boxed{9\\text{km}}',
        '\\boxed{9m}',
        '\\boxed{9cm^2}',
        '9kg',
        '\\boxed{9\\,\\mathrm{km}}',
        '\\boxed{9\\%}',
      ],
      ['\\boxed{9x}', '\\boxed{9k}', '\\boxed{9ab}', '\\boxed{9i}', '\\boxed{9\\pi}', '\\boxed{90km}'],
    ],
    [
      '5',
      [
        'The answer is ¥5.',
        '\\boxed{¥5}',
        '\\boxed{₹5}',
        '\\boxed{5€}',
        '\\boxed{\\$5}',
        '₩5',
        'The answer is €5.',
        '\\boxed{5 \\text{ yen}}',
      ],
      ['¥50', '\\boxed{¥6}'],
    ],
    ['\\boxed{9\\text{ km}}', ['\\boxed{9km}', '\\boxed{9}'], ['\\boxed{9cm}', '\\boxed{9\\text{ kg}}', '\\boxed{9 m}']],
  ],
  'plain gold lists': [
    [
      '3,5',
      ['\\boxed{3} and \\boxed{5}', '\\boxed{3, 5}', '\\boxed{5,3}', '3, 5', '3 and 5', 'The answers are $3$ and $5$.', '3.5'],
      ['\\boxed{3}', '\\boxed{5}', '\\boxed{35}', '\\boxed{3,5,7}', '\\boxed{3,6}'],
    ],
    [
      '2,4,6',
      ['\\boxed{2,4,6}', '\\boxed{6, 4, 2}', '2, 4 and 6', '\\boxed{2}, \\boxed{4} and \\boxed{6}'],
      ['\\boxed{2,4}', '\\boxed{246}', '2,4', '\\boxed{2,4,6,8}'],
    ],
    ['3 and 5', ['\\boxed{3,5}', '\\boxed{5 \\text{ and } 3}'], ['\\boxed{3}', '\\boxed{8}']],
  ],
  bounds: [
    [
      '\\boxed{(1,\\infty)}',
      ['\\boxed{x>1}', '\\boxed{1<x}', '\\boxed{(1,+\\infty)}'],
      [
        '\\boxed{x>1.0000000000001}',
        '\\boxed{x\\ge1}',
        '\\boxed{x<1}',
        '\\boxed{(1+10^{-20},\\infty)}',
        '\\boxed{(0.99999999999,\\infty)}',
      ],
    ],
    [
      '\\boxed{[0,3)}',
      ['\\boxed{0\\le x \\text{ and } x<3}', '\\boxed{0\\le x<3}', '\\boxed{x\\ge0, x<3}', '\\boxed{3>x\\ge0}'],
      [
        '\\boxed{0\\le x \\text{ or } x<3}',
        '\\boxed{0<x \\text{ and } x<3}',
        '\\boxed{[0,3]}',
        '\\boxed{[0,3.0000000000001)}',
        '\\boxed{x<3}',
      ],
    ],
    ['\\boxed{(\\sqrt2,\\pi)}', ['\\boxed{\\sqrt2<x<\\pi}'], ['\\boxed{(\\sqrt2+10^{-15},\\pi)}', '\\boxed{(\\sqrt2,\\frac{355}{113})}']],
    ['\\boxed{x\\in[-1,1]}', ['\\boxed{[-1,1]}', '\\boxed{-1\\le x\\le1}'], ['\\boxed{[-1,1)}', '\\boxed{-1<x<1}']],
    [
      '\\boxed{\\mathbb{R}\\setminus\\{1\\}}',
      ['\\boxed{x\\ne1}', '\\boxed{(-\\infty,1)\\cup(1,\\infty)}'],
      ['\\boxed{\\mathbb{R}}', '\\boxed{x\\ne1.0000000000001}'],
    ],
  ],
}
for (const [kind, cases] of Object.entries(kinds))
  test(kind, async () => {
    for (const [gold, right, wrong] of cases)
      for (const [expected, outputs] of [
        [true, right],
        [false, wrong],
      ] as const)
        for (const answer of outputs) {
          const { correct, extracted, reason } = await verifyMaths({ gold, answer, pool })
          assert.is(correct, expected, `${gold} <> ${answer}: read ${extracted}, ${reason}`)
        }
  })

test.run()
