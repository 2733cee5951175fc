import type { LanguageModel, SolveOptions, Teacher } from '@whetstone/core'

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
