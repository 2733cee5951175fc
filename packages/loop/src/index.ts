export * from './gate.ts'
export * from './load-recipe.ts'
export * from './recipe.ts'
