import { problem, type SmallProblem } from './problem.ts'

/** Level 3. */
export const hardProblems: readonly SmallProblem[] = [
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
