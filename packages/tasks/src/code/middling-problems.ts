import { problem, type SmallProblem } from './problem.ts'

/** Level 2. */
export const middlingProblems: readonly SmallProblem[] = [
  problem(
    'fibonacci',
    2,
    'fibonacci(n)',
    'returns a list of the first n Fibonacci numbers, starting with 0 and 1.',
    [
      [[6], [0, 1, 1, 2, 3, 5]],
      [[0], []],
      [[1], [0]],
      [[2], [0, 1]],
      [[10], [0, 1, 1, 2, 3, 5, 8, 13, 21, 34]],
    ],
    `
      def fibonacci(n):
          numbers = [0, 1]
          while len(numbers) < n:
              numbers.append(numbers[-1] + numbers[-2])
          return numbers[:n]`,
    `
      function fibonacci(n) {
        const numbers = [0, 1]
        while (numbers.length < n) numbers.push(numbers.at(-1) + numbers.at(-2))
        return numbers.slice(0, n)
      }`,
  ),
  problem(
    'primes',
    2,
    'primes_up_to(n)',
    'returns a list of all prime numbers up to and including n, in ascending order.',
    [
      [[11], [2, 3, 5, 7, 11]],
      [[1], []],
      [[2], [2]],
      [[30], [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]],
      [[0], []],
    ],
    `
      def primes_up_to(n):
          primes = []
          for candidate in range(2, n + 1):
              if all(candidate % prime for prime in primes):
                  primes.append(candidate)
          return primes`,
    `
      function primesUpTo(n) {
        const primes = []
        for (let candidate = 2; candidate <= n; candidate++) if (primes.every((prime) => candidate % prime)) primes.push(candidate)
        return primes
      }`,
  ),
  problem(
    'word-count',
    2,
    'word_count(text)',
    'returns how often each word occurs in the text, as a mapping (dict in Python, plain object in JavaScript) from the word in lower case to its count. Words are separated by white space.',
    [
      [['the cat the dog'], { the: 2, cat: 1, dog: 1 }],
      [[''], {}],
      [['A a  A'], { a: 3 }],
      [[' one two\nTWO '], { one: 1, two: 2 }],
    ],
    `
      def word_count(text):
          counts = {}
          for word in text.lower().split():
              counts[word] = counts.get(word, 0) + 1
          return counts`,
    `
      function wordCount(text) {
        const counts = {}
        for (const word of text.toLowerCase().split(/\\s+/).filter(Boolean)) counts[word] = (counts[word] ?? 0) + 1
        return counts
      }`,
  ),
  problem(
    'anagrams',
    2,
    'are_anagrams(first, second)',
    'tells whether the two texts consist of the same letters equally often; case and spaces do not count.',
    [
      [['Dormitory', 'dirty room'], true],
      [['aab', 'abb'], false],
      [['', ''], true],
      [['listen', 'silent'], true],
      [['abc', 'abcc'], false],
    ],
    `
      def are_anagrams(first, second):
          letters = lambda text: sorted(text.lower().replace(" ", ""))
          return letters(first) == letters(second)`,
    `
      function areAnagrams(first, second) {
        const letters = (text) => [...text.toLowerCase().replaceAll(' ', '')].sort().join('')
        return letters(first) === letters(second)
      }`,
  ),
  problem(
    'run-length',
    2,
    'run_lengths(text)',
    'returns the runs of equal characters in the text as a list of pairs [character, length].',
    [
      [
        ['aaab'],
        [
          ['a', 3],
          ['b', 1],
        ],
      ],
      [[''], []],
      [['x'], [['x', 1]]],
      [
        ['aabbaa'],
        [
          ['a', 2],
          ['b', 2],
          ['a', 2],
        ],
      ],
    ],
    `
      def run_lengths(text):
          runs = []
          for letter in text:
              if runs and runs[-1][0] == letter:
                  runs[-1][1] += 1
              else:
                  runs.append([letter, 1])
          return runs`,
    `
      function runLengths(text) {
        const runs = []
        for (const letter of text) {
          if (runs.at(-1)?.[0] === letter) runs.at(-1)[1]++
          else runs.push([letter, 1])
        }
        return runs
      }`,
  ),
  problem(
    'roman',
    2,
    'to_roman(n)',
    'returns the whole number n (1 to 3999) as a Roman numeral.',
    [
      [[14], 'XIV'],
      [[1], 'I'],
      [[49], 'XLIX'],
      [[1994], 'MCMXCIV'],
      [[3999], 'MMMCMXCIX'],
      [[400], 'CD'],
    ],
    `
      def to_roman(n):
          values = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]
          numeral = ""
          for value, sign in values:
              numeral += sign * (n // value)
              n %= value
          return numeral`,
    `
      function toRoman(n) {
        const values = [[1000, 'M'], [900, 'CM'], [500, 'D'], [400, 'CD'], [100, 'C'], [90, 'XC'], [50, 'L'], [40, 'XL'], [10, 'X'], [9, 'IX'], [5, 'V'], [4, 'IV'], [1, 'I']]
        let numeral = ''
        for (const [value, sign] of values) for (; n >= value; n -= value) numeral += sign
        return numeral
      }`,
  ),
  problem(
    'transpose',
    2,
    'transpose(rows)',
    'turns a matrix, given as a list of rows of equal length, into the list of its columns.',
    [
      [
        [
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ],
        [
          [1, 4],
          [2, 5],
          [3, 6],
        ],
      ],
      [[[]], []],
      [[[[7]]], [[7]]],
      [[[[1], [2]]], [[1, 2]]],
    ],
    `
      def transpose(rows):
          return [list(column) for column in zip(*rows)]`,
    `
      const transpose = (rows) => (rows.length ? rows[0].map((_, i) => rows.map((row) => row[i])) : [])`,
  ),
  problem(
    'two-sum',
    2,
    'two_sum(numbers, target)',
    'returns the indices [i, j], i < j, of the two numbers that add up to the target; an empty list if there are none. At most one such pair exists.',
    [
      [
        [[2, 7, 11, 15], 9],
        [0, 1],
      ],
      [
        [[3, 3], 6],
        [0, 1],
      ],
      [[[1, 2, 3], 7], []],
      [[[], 0], []],
      [
        [[-4, 1, 9, 4], 0],
        [0, 3],
      ],
    ],
    `
      def two_sum(numbers, target):
          seen = {}
          for j, number in enumerate(numbers):
              if target - number in seen:
                  return [seen[target - number], j]
              seen[number] = j
          return []`,
    `
      function twoSum(numbers, target) {
        const seen = new Map()
        for (const [j, number] of numbers.entries()) {
          if (seen.has(target - number)) return [seen.get(target - number), j]
          seen.set(number, j)
        }
        return []
      }`,
  ),
  problem(
    'flatten',
    2,
    'flatten(items)',
    'returns the numbers of a list that may hold lists within lists, as one flat list in the same order.',
    [
      [[[1, [2, [3, 4]], 5]], [1, 2, 3, 4, 5]],
      [[[]], []],
      [[[[[[]]]]], []],
      [[[[[1]], 2, [[[3]]]]], [1, 2, 3]],
    ],
    `
      def flatten(items):
          flat = []
          for item in items:
              flat.extend(flatten(item) if isinstance(item, list) else [item])
          return flat`,
    `
      const flatten = (items) => items.flat(Infinity)`,
  ),
]
