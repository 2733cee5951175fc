/** A small problem with solutions in both languages. Values are JSON's: null, booleans, numbers, strings, lists, objects. */
export type SmallProblem = {
  key: string
  level: 1 | 2 | 3
  /** The function's name in Python; JavaScript's is the same in camel case. */
  name: string
  parameters: string
  asks: string
  /** Arguments and expected result; the first is shown as the example. */
  cases: readonly (readonly [args: readonly unknown[], result: unknown])[]
  python: string
  javascript: string
}

/** Python as it is indented here, without the indentation that the line of `def` has. */
const dedent = (text: string) => text.replace(/^\n/, '').replace(/^ {6}/gm, '').trimEnd() + '\n'

const problem = (
  key: string,
  level: 1 | 2 | 3,
  call: string,
  asks: string,
  cases: SmallProblem['cases'],
  python: string,
  javascript: string,
): SmallProblem => {
  const [, name = '', parameters = ''] = /^(\w+)\((.*)\)$/.exec(call) ?? []
  return { key, level, name, parameters, asks, cases, python: dedent(python), javascript: dedent(javascript) }
}

export const smallProblems: readonly SmallProblem[] = [
  problem(
    'fizzbuzz',
    1,
    'fizz_buzz(n)',
    'returns a list of the numbers from 1 to n as strings, but "Fizz" for multiples of 3, "Buzz" for multiples of 5 and "FizzBuzz" for multiples of both.',
    [
      [[5], ['1', '2', 'Fizz', '4', 'Buzz']],
      [[0], []],
      [[1], ['1']],
      [[15], ['1', '2', 'Fizz', '4', 'Buzz', 'Fizz', '7', '8', 'Fizz', 'Buzz', '11', 'Fizz', '13', '14', 'FizzBuzz']],
    ],
    `
      def fizz_buzz(n):
          return [("Fizz" * (i % 3 == 0) + "Buzz" * (i % 5 == 0)) or str(i) for i in range(1, n + 1)]`,
    `
      function fizzBuzz(n) {
        return Array.from({ length: n }, (_, i) => (((i + 1) % 3 ? '' : 'Fizz') + ((i + 1) % 5 ? '' : 'Buzz')) || String(i + 1))
      }`,
  ),
  problem(
    'reverse-string',
    1,
    'reverse_string(text)',
    'returns the text with its characters in reverse order.',
    [
      [['hello'], 'olleh'],
      [[''], ''],
      [['a'], 'a'],
      [['Step on no pets!'], '!step on no petS'],
      [['12 34'], '43 21'],
    ],
    `
      def reverse_string(text):
          return text[::-1]`,
    `
      const reverseString = (text) => [...text].reverse().join('')`,
  ),
  problem(
    'sum-array',
    1,
    'sum_array(numbers)',
    'returns the sum of a list of numbers, 0 for an empty list.',
    [
      [[[1, 2, 3]], 6],
      [[[]], 0],
      [[[-5, 5, 7]], 7],
      [[[1000000, 2000000]], 3000000],
      [[[0.5, 0.25]], 0.75],
    ],
    `
      def sum_array(numbers):
          total = 0
          for number in numbers:
              total += number
          return total`,
    `
      function sumArray(numbers) {
        let total = 0
        for (const number of numbers) total += number
        return total
      }`,
  ),
  problem(
    'largest',
    1,
    'largest(numbers)',
    'returns the largest number of a list; nothing (None in Python, null in JavaScript) for an empty list.',
    [
      [[[3, 9, 2]], 9],
      [[[]], null],
      [[[-7, -3, -11]], -3],
      [[[5]], 5],
      [[[2, 2, 1]], 2],
    ],
    `
      def largest(numbers):
          return max(numbers) if numbers else None`,
    `
      const largest = (numbers) => (numbers.length ? Math.max(...numbers) : null)`,
  ),
  problem(
    'count-vowels',
    1,
    'count_vowels(text)',
    'returns how many of the letters in the text are vowels (a, e, i, o, u, in either case).',
    [
      [['Education'], 5],
      [[''], 0],
      [['rhythm'], 0],
      [['AEIOU aeiou'], 10],
      [['Queue up'], 5],
    ],
    `
      def count_vowels(text):
          return sum(letter in "aeiou" for letter in text.lower())`,
    `
      const countVowels = (text) => (text.match(/[aeiou]/gi) ?? []).length`,
  ),
  problem(
    'palindrome',
    1,
    'is_palindrome(text)',
    'tells whether the text reads the same in both directions when only its letters and digits count and their case does not.',
    [
      [['Never odd or even'], true],
      [['palindromes'], false],
      [[''], true],
      [['A man, a plan, a canal: Panama!'], true],
      [['1 2 1 2'], false],
      [['No lemon, no melon'], true],
    ],
    `
      def is_palindrome(text):
          kept = [letter.lower() for letter in text if letter.isalnum()]
          return kept == kept[::-1]`,
    `
      function isPalindrome(text) {
        const kept = text.toLowerCase().replace(/[^a-z0-9]/g, '')
        return kept === [...kept].reverse().join('')
      }`,
  ),
  problem(
    'factorial',
    1,
    'factorial(n)',
    'returns the product of the whole numbers from 1 to n, 1 for n = 0.',
    [
      [[5], 120],
      [[0], 1],
      [[1], 1],
      [[10], 3628800],
      [[15], 1307674368000],
    ],
    `
      def factorial(n):
          return 1 if n < 2 else n * factorial(n - 1)`,
    `
      const factorial = (n) => (n < 2 ? 1 : n * factorial(n - 1))`,
  ),
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
  problem(
    'brackets',
    3,
    'is_balanced(text)',
    'tells whether the brackets (), [] and {} in the text are closed in the right order; other characters do not count.',
    [
      [['{[()]}'], true],
      [['([)]'], false],
      [[''], true],
      [['a(b]c'], false],
      [['(('], false],
      [[')('], false],
      [['f(x[1]) { }'], true],
    ],
    `
      def is_balanced(text):
          opened = []
          for letter in text:
              if letter in "([{":
                  opened.append(letter)
              elif letter in ")]}":
                  if not opened or opened.pop() != "([{"[")]}".index(letter)]:
                      return False
          return not opened`,
    `
      function isBalanced(text) {
        const opened = []
        for (const letter of text) {
          if ('([{'.includes(letter)) opened.push(letter)
          else if (')]}'.includes(letter) && opened.pop() !== '([{'[')]}'.indexOf(letter)]) return false
        }
        return opened.length === 0
      }`,
  ),
  problem(
    'merge-intervals',
    3,
    'merge_intervals(intervals)',
    'merges the closed intervals [start, end] that overlap or touch, and returns the merged intervals in ascending order.',
    [
      [
        [
          [
            [1, 3],
            [2, 6],
            [8, 10],
          ],
        ],
        [
          [1, 6],
          [8, 10],
        ],
      ],
      [[[]], []],
      [
        [
          [
            [1, 4],
            [4, 5],
          ],
        ],
        [[1, 5]],
      ],
      [
        [
          [
            [5, 6],
            [1, 2],
          ],
        ],
        [
          [1, 2],
          [5, 6],
        ],
      ],
      [
        [
          [
            [1, 10],
            [2, 3],
          ],
        ],
        [[1, 10]],
      ],
    ],
    `
      def merge_intervals(intervals):
          merged = []
          for start, end in sorted(intervals):
              if merged and start <= merged[-1][1]:
                  merged[-1][1] = max(end, merged[-1][1])
              else:
                  merged.append([start, end])
          return merged`,
    `
      function mergeIntervals(intervals) {
        const merged = []
        for (const [start, end] of [...intervals].sort((a, b) => a[0] - b[0])) {
          const last = merged.at(-1)
          if (last && start <= last[1]) last[1] = Math.max(end, last[1])
          else merged.push([start, end])
        }
        return merged
      }`,
  ),
  problem(
    'edit-distance',
    3,
    'edit_distance(first, second)',
    'returns the least number of characters to insert, delete or replace that turns the first text into the second.',
    [
      [['kitten', 'sitting'], 3],
      [['', 'abc'], 3],
      [['same', 'same'], 0],
      [['flaw', 'lawn'], 2],
      [['intention', 'execution'], 5],
    ],
    `
      def edit_distance(first, second):
          row = list(range(len(second) + 1))
          for i, a in enumerate(first, 1):
              previous, row = row, [i]
              for j, b in enumerate(second, 1):
                  row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (a != b)))
          return row[-1]`,
    `
      function editDistance(first, second) {
        let row = Array.from({ length: second.length + 1 }, (_, j) => j)
        for (let i = 1; i <= first.length; i++) {
          const previous = row
          row = [i]
          for (let j = 1; j <= second.length; j++) row.push(Math.min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (first[i - 1] === second[j - 1] ? 0 : 1)))
        }
        return row.at(-1)
      }`,
  ),
  problem(
    'coin-change',
    3,
    'fewest_coins(coins, amount)',
    'returns the least number of coins that make up the amount, each value in the list being usable any number of times; -1 if it cannot be made.',
    [
      [[[1, 2, 5], 11], 3],
      [[[2], 3], -1],
      [[[1], 0], 0],
      [[[1, 3, 4], 6], 2],
      [[[5, 10], 30], 3],
    ],
    `
      def fewest_coins(coins, amount):
          least = [0] + [None] * amount
          for total in range(1, amount + 1):
              options = [least[total - coin] for coin in coins if coin <= total and least[total - coin] is not None]
              least[total] = min(options) + 1 if options else None
          return -1 if least[amount] is None else least[amount]`,
    `
      function fewestCoins(coins, amount) {
        const least = [0]
        for (let total = 1; total <= amount; total++) least.push(1 + Math.min(...coins.map((coin) => (coin <= total ? least[total - coin] : Infinity))))
        return least[amount] === Infinity ? -1 : least[amount]
      }`,
  ),
]
