export * from './recipe/load-recipe.ts'
export * from './recipe/recipe.ts'
