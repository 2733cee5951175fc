import { z } from 'zod'

const Cell = z.union([z.string(), z.number(), z.null()])
/** One figure of an experiment: what was measured, under which conditions, how sure it is. */
const Figure = z.object({
  what: z.string(),
  value: Cell,
  /** 95% interval, where it is a rate or a difference. */
  interval: z.tuple([z.number(), z.number()]).optional(),
  n: z.number().int().optional(),
  p: z.number().optional(),
})
const Table = z.object({ title: z.string(), note: z.string().default(''), columns: z.array(z.string()), rows: z.array(z.array(Cell)) })
/** Lines over x (rounds, levels), a line a series. */
const Chart = z.object({
  title: z.string(),
  x: z.string(),
  y: z.string(),
  points: z.array(z.object({ series: z.string(), x: z.number(), y: z.number(), low: z.number().optional(), high: z.number().optional() })),
})

/** A founding system's experiment done again on a small model: its own figures beside ours, controls, and what that amounts to. */
export const Reproduction = z.object({
  system: z.string(),
  about: z.string(),
  model: z.string(),
  taskset: z.string(),
  seed: z.number().int(),
  quick: z.boolean(),
  command: z.string(),
  seconds: z.number(),
  /** What the original reported, with its source. */
  original: z.array(z.object({ what: z.string(), figure: z.string(), source: z.string() })),
  ours: z.array(Figure),
  tables: z.array(Table),
  charts: z.array(Chart),
  /** In sentences: what held, what did not, and what this cannot show. */
  verdict: z.array(z.string()),
})
export type Reproduction = z.infer<typeof Reproduction>
export type Figure = z.infer<typeof Figure>
export type ReproductionTable = z.input<typeof Table>
export type ReproductionChart = z.infer<typeof Chart>
