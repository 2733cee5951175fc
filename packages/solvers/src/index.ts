export * from './direct-method.ts'
export * from './load-prompts.ts'
export * from './method.ts'
export * from './tree-search/value.ts'
