import { resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { BadInput } from '@whetstone/core'
import { tableGraders } from '@whetstone/tasks'
import { defineCommand } from '../../command.ts'
import { writeRecipe } from '../../recipe/write-recipe.ts'

const questions = {
  name: ['Name of the recipe', 'mine'],
  model: ['Model: a GGUF file, or hf:owner/repo/file.gguf', 'models/tiny/whetstone-tiny-f32.gguf'],
  data: ['Tasks: a .csv or .jsonl file with id, question, answer', ''],
  grader: [`How answers are compared: ${tableGraders.join(', ')}`, 'number'],
  instruction: [
    'Instruction shown before each question',
    'Solve the problem step by step. End with a line that holds #### and then the answer.',
  ],
} as const
type Name = keyof typeof questions

export default defineCommand({
  about: 'asks for model and tasks and writes a recipe for them to loops/recipes',
  flags: {
    name: { type: 'string', about: questions.name[0] },
    model: { type: 'file', about: questions.model[0] },
    data: { type: 'file', about: questions.data[0] },
    grader: { type: 'string', choices: tableGraders, about: questions.grader[0] },
    instruction: { type: 'string', about: questions.instruction[0] },
  },
  examples: [
    'npx nx run loops:init',
    'npx nx run loops:init --name=sums --model=models/qwen3-1.7b/Qwen3-1.7B-Q8_0.gguf --data=tasks.csv --grader=number',
  ],
  async run(flags, signal) {
    const answers = {} as Record<Name, string>
    const terminal = process.stdin.isTTY ? createInterface({ input: process.stdin, output: process.stdout }) : null
    try {
      for (const name of Object.keys(questions) as Name[]) {
        const [question, initial] = questions[name]
        const given =
          flags[name] ??
          (terminal ? (await terminal.question(`${question}${initial ? ` [${initial}]` : ''}: `, { signal })).trim() || initial : initial)
        if (given === '') throw new BadInput(`--${name} is needed where nobody can be asked: ${question}`)
        answers[name] = given
      }
    } finally {
      terminal?.close()
    }
    const file = await writeRecipe({ ...answers, data: resolve(answers.data) })
    console.log(`Wrote ${file}. Next: npx nx run loops:cycle --recipe=${answers.name} --limit=20`)
  },
})
