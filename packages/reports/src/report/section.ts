import { z } from 'zod'
import type { Answered } from '../compare/answers-of.ts'

const Table = z.object({ head: z.array(z.string()).readonly(), rows: z.array(z.array(z.string()).readonly()).readonly() })
/** A part of a report: a heading, a paragraph, a table. */
export const Section = z.object({ title: z.string(), text: z.string().optional(), table: Table.optional() })
export type Section = z.infer<typeof Section>

/** What a report shows beside those. */
export type ReportSection = Section & {
  sentences?: readonly string[] | undefined
  /** A chart, and the file of its picture beside the report. */
  figure?: { title: string; svg: string; picture: string } | undefined
  /** Tasks with the two answers. */
  tasks?: readonly Answered[] | undefined
  code?: string | undefined
  /** Long and seldom read: folded on the page. */
  folded?: boolean
}
