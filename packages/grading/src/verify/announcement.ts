/** How answers announce themselves: "The answer (in metres) is", "Answer:", "**Final answer:**", and the like in other languages. */
const aside = String.raw`(?:\s*\([^()\n]{0,80}\)|\s+(?:to|of|for)\s[^.:=\n]{1,60}?|,[^,.:\n]{1,40},)?`
const verb = String.raw`(?:is|was|becomes|equals|comes(?:\s+out)?\s+to|(?:would|will|must|should|has\s+to)\s+be)\b(?:\s+(?:then|thus|therefore|hence|simply|just|now|indeed|actually))*\s*:?`
const english = new RegExp(
  String.raw`\b(?:answer|solution|result|option|choice)\b[*_"']{0,2}${aside}[*_]{0,2}(?:\s*${verb}|\s*(?:[:=]>?|->|→)|\s+-\s)[*_]{0,2}[^\S\n]*`,
  'gi',
)
/** Any of them in one look, before the pattern that costs more. */
const hint = /nswer|solution|result|option|choice/i

const latin: [subject: string, verb: string][] = [
  ['réponse|résultat|solution', 'est|vaut|sera|serait'],
  ['antwort|ergebnis|lösung|resultat', 'ist|lautet|beträgt|wäre'],
  ['respuesta|resultado|solución', 'es|sería|será'],
  ['resposta|resultado|solução', 'é|seria|será'],
  ['risposta|risultato|soluzione', 'è|sarebbe|sarà'],
  ['antwoord|uitkomst|resultaat', 'is|luidt|wordt'],
  ['odpowied[źz]|wynik', 'to|jest|wynosi'],
  ['odpověď|výsledek', 'je'],
  ['svaret?|resultatet', 'är|er|blir'],
  ['vastaus', 'on'],
  ['jawaban(?:nya)?', 'adalah|ialah'],
  ['đáp án|đáp số|câu trả lời|kết quả', 'là'],
  ['cevap|yanıt|sonuç', ''],
  ['răspunsul?|rezultatul', 'este|e'],
  ['válasz|eredmény', ''],
  ['jibu', 'ni'],
  ['ответ|результат', 'равен|равна|равно|это|будет'],
  ['відповідь', 'це|дорівнює'],
  ['отговор(?:ът)?', 'е'],
  ['απάντηση', 'είναι'],
]
/** Scripts that need no verb between subject and answer. */
const bare = [
  '(?:最终|最終|正确|正確)?(?:答案|答え|解答|正解|回答|结果|結果)',
  '(?<![\\u4e00-\\u9fff])答',
  '정답|답',
  'उत्तर|जवाब',
  'الجواب|الإجابة|الاجابة|جواب|پاسخ',
  'התשובה',
  'คำตอบ',
  'উত্তর',
  'விடை|பதில்',
  'సమాధానం|జవాబు',
  'ഉത്തരം',
  'ಉತ್ತರ',
  'જવાબ',
  'ਜਵਾਬ',
]
const after = String.raw`\s*(?:(?:是|为|為|就是|等于|等於|는|은|は|が|هو|هي|היא|הוא|คือ|है)\s*[:=]?|[:=]|\s-\s|(?=\s*[-$\\]?\d)|(?=(?:大|小|超|多|少|至|最|不到|不足|约|大约))|(?=\s+\(?[A-J]\)?(?:\s|$|[.।])))`
const foreign = new RegExp(
  [
    ...latin.map(
      ([subject, copula]) =>
        String.raw`(?<![\p{L}\p{M}])(?:${subject})(?:\s+\p{L}+){0,2}?[*_]{0,2}(?:\s*:|\s+-\s${copula === '' ? '|\\s+(?=[-\\d])' : `|\\s+(?:${copula})(?![\\p{L}\\p{M}])\\s*:?`})`,
    ),
    `(?:${bare.join('|')})${after}`,
  ].join('|'),
  'giu',
)
/** Stems of the subjects above that are ASCII; the others, and scripts that announce in their own words. */
const foreignStems = /sp(?:os|ues)t|ntwo|rgebn|ulta[td]|waban|svar|astau|evap|owied|jibu|wynik|itkom|luzio/i
const foreignLetters =
  /[\u0370-\u1fff\u3040-\ud7af]|éponse|ésultat|lösung|olución|olução|dpověď|ýsledek|áp án|áp số|trả lời|ết quả|yanıt|sonuç|ăspuns|ezultat|álasz|redmény/i
/** Where English goes on, another language is looked for at the end alone: that look costs more than all others. */
const tail = 160
function mayBeForeign(text: string): boolean {
  if (/[^\x00-\x7f]/.test(text) && foreignLetters.test(text)) return true
  return foreignStems.test(text.length > tail && text.includes(' the ') ? text.slice(-tail) : text)
}

/** "The answer is not 17" announces nothing, "not 17 but 18" what follows "but". */
const negation = /not\b(?:[^.\n]{1,60}?\b(but|rather|instead)\b\s*(?:it\s+is\s+)?)?/iy
const foreignNegation =
  /(?:nicht|pas|no|non|não|niet|nie|не|inte|ikke|ليس|नहीं)(?![\p{L}\p{M}])(?:[^.\n]{1,60}?(?<![\p{L}\p{M}])(sondern|mais|sino|ma|bensì|mas|maar|а|lecz|men)(?![\p{L}\p{M}])\s*)?/iuy
/** `La respuesta no es`: denied before its verb. */
const deniedVerb = /(?<![\p{L}\p{M}])(?:no|non|não|не|nie|ei)\s+\S+\s*$/iu

const denial =
  /\b(?:answer|solution|result)\b[^.\n]{0,60}?(?:\b(?:is|was|be|are)\s+not\b|\b(?:is|was|ca|could|would)n['’]t\b|\bcan\s?not\b)(?:(?!\b(?:but|rather|instead)\b|[,;]\s*(?:it|that)(?:['’]s|\s+is)\b)[^.\n]|\.(?=\d))*/gi
/** "The answer is not 17.", "It cannot be 17": such a sentence gives nothing. */
export const withoutDenials = (text: string): string => {
  const said = hint.test(text) ? text.replace(denial, blank) : text
  return deniedHint.test(said) ? said.replace(denied, blank) : said
}
const blank = (part: string) => ' '.repeat(part.length)
/** "It is not 42", "n'est pas 42", "不是42": the number that is denied, wherever it stands. */
const deniedNumber = String.raw`\s*[$€£]?\s?-?\d(?:[\d.,]*\d)?`
const denied = new RegExp(
  [
    String.raw`(?<![\p{L}\p{M}])(?:(?:is|was|are|be)\s+not|(?:is|was|are)n['’]t|cannot\s+be|can['’]t\s+be|n['’](?:est|était)\s+pas|no\s+(?:es|son)|non\s+(?:è|sono)|não\s+(?:é|são)|ist\s+nicht|nicht|niet|не(?:\s+равн\p{L}*)?|nie(?:\s+jest)?|ليس|ليست)(?:\s+(?:equal\s+to|just|exactly))?${deniedNumber}`,
    String.raw`(?<=\d[^.\n]{0,60}[,;]\s*)(?:and\s+)?not${deniedNumber}`,
    String.raw`(?:不是|不等于|不為|不为|并非)${deniedNumber}`,
    String.raw`-?\d(?:[\d.,]*\d)?\s?(?:ではない|ではなく|ではありません|じゃない|(?:이|가)?\s*아니|नहीं)`,
  ].join('|'),
  'giu',
)
/** Whether a part of a text might deny something. */
export const mayDeny = (text: string): boolean => deniedHint.test(text)
const deniedHint = /n['’]t\b|\b(?:not|cannot|pas|no|non|nicht|niet|nie)\b|não|не|不|并非|ではな|ではあり|じゃ|아니|नहीं|ليس/iu

/** Where an announcement stands and where what it announces begins. */
export type Announcement = { from: number; to: number }

/** All announcements of a text that {@link plainText} has gone over, in order. */
export function announcements(text: string): Announcement[] {
  const found: Announcement[] = []
  const collect = (pattern: RegExp) => {
    for (const match of text.matchAll(pattern)) {
      const to = match.index + match[0].length
      if (pattern === foreign && deniedVerb.test(match[0])) continue
      const denying = pattern === foreign ? foreignNegation : negation
      denying.lastIndex = to
      const not = denying.exec(text)
      if (!not) found.push({ from: match.index, to })
      else if (not[1] !== undefined) found.push({ from: match.index, to: to + not[0].length })
    }
  }
  if (hint.test(text)) collect(english)
  if (mayBeForeign(text)) collect(foreign)
  return found.length < 2 ? found : found.sort((a, b) => a.to - b.to)
}

const doubt =
  /\b(?:wait|actually|correction|corrected|sorry|oops|hold on|on second thou?ght|scratch that|let me (?:re|correct|fix|redo)|i (?:was wrong|made (?:a|an) (?:mistake|error)|misread|miscounted|forgot)|that(?:'s| is| was) (?:wrong|incorrect|not right)|my mistake|no,|hmm)|(?:不对|更正|等等|错了|間違|訂正|نعم لا|исправл|ошиб|perdón|pardon|korrektur|moment)/i
/** "Wait, no: 18", "it should be 18", "Correction: 18". */
const restated =
  /\b(?:(?:it|that|this)(?:'s|\s+is|\s+(?:should|must|would)\s+(?:have been|be))|should\s+be|correction|corrected(?:\s+answer)?|make\s+(?:it|that)|i\s+(?:now\s+)?get|i\s+meant?)\b\s*:?\s*(?:actually\s+)?|####\s*|\b(?:wait|no|actually|sorry|oops|hmm)\b[,:.!\s]+(?=[-$\\]*\d|\(?[A-J]\)?(?:[.,;!)\s]*$|[.):]\s))/gi

/**
 * Where a text takes back the answer that ended at `from` and gives another one: what begins there counts. Null where it does not. A check
 * that only repeats the work (`Wait, 3*6 = 18`) restates nothing.
 */
export function correctionAfter(text: string, from: number): number | null {
  if (text.length - from < 6) return null
  const rest = text.slice(from)
  const at = doubt.exec(rest)?.index
  if (at === undefined) return null
  const later = announcements(rest).filter((one) => one.from >= at)
  const again = [...rest.slice(at).matchAll(restated)].map((match) => at + match.index + match[0].length)
  const last = Math.max(
    later.at(-1)?.to ?? -1,
    ...again.filter((to) => /^[\s$*_\\(]*(?:(?:-|minus )?[$€£]?\d|[A-J](?![\p{L}'’]|\s+[a-z]))/u.test(rest.slice(to))),
  )
  return last < 0 ? null : from + last
}
