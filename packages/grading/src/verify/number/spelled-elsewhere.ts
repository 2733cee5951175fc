import { bareWord, isAmbiguous, isArticle, mayBeNumberWord, spoken, valueOf, type Language } from './number-words.ts'

/** Most words that one number is written in: `neuf cent quatre-vingt-dix-neuf mille ...`. */
const most = 12
const words = /[\p{L}\p{M}]+(?:(?:\s|-)+[\p{L}\p{M}]+)*/uy
/** Two out of three, one of them: no number. */
const noNumber = /^\s*(?:de|des|du|d['’]|von|der|di|dei|delle|van|из|от|por cada|sur)(?![\p{L}\p{M}])/iu
/** Two numbers: a choice, a range, a product. */
const joint =
  /^\s*(?:,|oder|und|bis|mal|plus|minus|ou|et|à|fois|moins|o|u|y|a|por|veces|más|menos|e|per|volte|più|meno|vezes|mais|of|en|tot|keer|maal|или|и|до|на|плюс|минус)\s+(?=\p{L})/iu
const half = /^\s*(?:(?:et|y|e)\s+(?:demie?|medi[oa]|mei[oa]|mezz[oa])|einhalb|с половиной)(?![\p{L}\p{M}])/iu
const parts: [pattern: RegExp, of: number][] = [
  [/^\s*(?:halbe?s?|demis?|demies?|medios?|mezz[oi])(?![\p{L}\p{M}])/iu, 2],
  [/^\s*(?:drittel|tiers|tercios?|terz[oi]|terços?|derde)(?![\p{L}\p{M}])/iu, 3],
  [/^\s*(?:viertel|quarts?|cuartos?|quart[oi]|quartos?|kwart)(?![\p{L}\p{M}])/iu, 4],
  [/^\s*(?:fünftel|cinquièmes?|quintos?|quint[oi])(?![\p{L}\p{M}])/iu, 5],
  [/^\s*(?:zehntel|dixièmes?|décimos?|decim[oi])(?![\p{L}\p{M}])/iu, 10],
]
const glued: Record<string, string> = {
  anderthalb: '3/2',
  eineinhalb: '3/2',
  zweieinhalb: '5/2',
  dreieinhalb: '7/2',
  viereinhalb: '9/2',
  funfeinhalb: '11/2',
  полтора: '3/2',
}

/**
 * Number words of German, French, Spanish, Italian, Portuguese, Dutch or Russian at a place, in digits. Words that mean something else too count only where the answer was announced in their language
 * (`Das Ergebnis ist elf`, but not `elf`), an article only where nothing follows it. Null where there are none.
 */
export function spelledElsewhere(text: string, from: number, language?: Language): { digits: string; end: number } | null {
  words.lastIndex = from
  const run = words.exec(text)?.[0]
  if (run === undefined) return null
  if (!mayBeNumberWord(bareWord(/^[\p{L}\p{M}]+/u.exec(run)?.[0] ?? ''))) return null
  const ends = [...run.matchAll(/[\p{L}\p{M}]+/gu)].slice(0, most).map((match) => match.index + match[0].length)
  for (const end of ends.reverse()) {
    const word = bareWord(run.slice(0, end))
    const behind = text.slice(from + end)
    const part = glued[word]
    if (part !== undefined && !noNumber.test(behind)) return { digits: part, end: from + end }
    for (const each of language ? [language] : spoken) {
      const value = valueOf(word, each)
      if (value === null || (!language && isAmbiguous(word, each))) continue
      const of = parts.find(([pattern]) => pattern.test(behind))
      if (of) return { digits: `${value}/${of[1]}`, end: from + end + (of[0].exec(behind)?.[0].length ?? 0) }
      if (noNumber.test(behind) || (isArticle(word, each) && /^\s*[\p{L}\p{M}]/u.test(behind))) return null
      const second = joint.exec(behind)?.[0].length
      if (second !== undefined && spelledElsewhere(text, from + end + second, language ?? each)) return null
      const and = half.exec(behind)
      return and ? { digits: `${value} 1/2`, end: from + end + and[0].length } : { digits: String(value), end: from + end }
    }
  }
  return null
}

const digits = '零一二三四五六七八九'
const sizes: Record<string, number> = { 十: 10, 百: 100, 千: 1000, 万: 10_000, 萬: 10_000, 亿: 1e8, 億: 1e8 }
const han = /[零〇一二两兩三四五六七八九十百千万萬亿億]+/y
/** What may stand behind a numeral in Han characters: nothing, a sign, or a word that counts. `一样`, `三角形` and `一般` are no numbers. */
const counter =
  /^\s*(?:$|[^\u3400-\u9fff\u3040-\u30ff]|(?:个|個|只|隻|本|张|張|元|块|塊|人|名|位|天|日|小时|小時|时间|時間|分|秒|米|厘米|毫米|公里|千米|公斤|千克|克|升|毫升|岁|歳|歲|年|个月|月|周|週|次|倍|件|条|條|支|辆|輛|棵|头|頭|匹|页|頁|题|題|种|種|枚|双|套|份|杯|瓶|盒|箱|袋|把|台|度|平方|立方|円|冊|回|つ|です|だ|メートル|センチ|キロ)(?!角))/u

/** A whole number in Han numerals at a place, in digits; null where there is none. */
export function hanNumeral(text: string, from: number): { digits: string; end: number } | null {
  if (/^百分[之の]/.test(text.slice(from, from + 3))) {
    const share = hanNumeral(text, from + 3)
    return share && { digits: `${share.digits}%`, end: share.end }
  }
  han.lastIndex = from
  const run = han.exec(text)?.[0]
  if (run === undefined || !counter.test(text.slice(from + run.length))) return null
  const value = hanValue(run)
  return value === null ? null : { digits: String(value), end: from + run.length }
}

function hanValue(run: string): number | null {
  // 二〇二四: digits in a row.
  const plain = [...run].map((sign) => (sign === '〇' ? 0 : sign === '两' || sign === '兩' ? 2 : digits.indexOf(sign)))
  if (plain.every((digit) => digit >= 0)) return plain.length > 15 ? null : Number(plain.join(''))
  let [total, section, digit] = [0, 0, -1]
  let last = Infinity
  for (const [at, sign] of [...run].entries()) {
    const size = sizes[sign]
    if (size === undefined) {
      if (digit > 0) return null
      digit = plain[at] as number
    } else if (size < 10_000) {
      if (size >= last || (digit < 0 && !(size === 10 && section === 0))) return null
      section += (digit < 0 ? 1 : digit) * size
      ;[digit, last] = [-1, size]
    } else {
      total = size === 1e8 ? (total + section + Math.max(0, digit)) * size : total + (section + Math.max(0, digit)) * size
      ;[section, digit, last] = [0, -1, Infinity]
    }
  }
  // 二百五 is 250 in speech and 205 for none: it says no one number.
  if (digit > 0 && last > 10 && last < Infinity && !/[零〇]/.test(run)) return null
  return total + section + Math.max(0, digit)
}
