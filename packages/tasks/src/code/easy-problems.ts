import { problem, type SmallProblem } from './problem.ts'

/** Level 1. */
export const easyProblems: readonly SmallProblem[] = [
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
]
