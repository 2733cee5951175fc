import { askTogether, type LanguageModel, type SolveOptions, type Teacher } from '@whetstone/core'

/** Teachers that are opened once, by whoever asks first, and closed with the stack: chunks that go on side by side must not load one each. */
export function shareTeachers(teachers: NonNullable<SolveOptions['teachers']>, stack: AsyncDisposableStack): Record<string, Teacher> {
  return Object.fromEntries(Object.entries(teachers).map(([role, teacher]) => [role, shared(teacher, stack)]))
}

function shared({ name, open }: Teacher, stack: AsyncDisposableStack): Teacher {
  let opened: Promise<LanguageModel> | undefined
  return {
    name,
    open: async () => {
      opened ??= open().then((model) => stack.use(model))
      const model = await opened
      return {
        model: model.model,
        generate: (requests, options) => model.generate(requests, options),
        score: model.score?.bind(model),
        async [Symbol.asyncDispose]() {},
      }
    },
  }
}

/** The judge, opened when it is first asked. Graders ask about one answer each: what they ask at once goes out together. */
export function shareJudge(judge: Teacher, stack: AsyncDisposableStack): Teacher {
  const { name, open } = shared(judge, stack)
  let together: Promise<LanguageModel> | undefined
  return { name, open: () => (together ??= open().then(askTogether)) }
}
