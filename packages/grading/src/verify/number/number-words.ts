/** Languages whose number words are read besides English. */
export type Language = 'de' | 'fr' | 'es' | 'it' | 'pt' | 'nl' | 'ru'

/** Spellings from 0 on, alternatives by a stroke; of tens from 20 on, of hundreds from 100 on. Accents, spaces and hyphens do not count. */
type Words = {
  units: string
  tens: string
  hundreds: string
  /** From 21 to 99 and behind hundreds. */
  join(ten: string, unit: string, value: number): string[]
  behindHundred: string[]
  thousand: RegExp
  /** Which words mean something else too, in English or as an article: they count behind an announcement in the language only; articles besides only where nothing follows. */
  ambiguous: RegExp
  article: RegExp
}

const german: Words = {
  units:
    'null eins|ein|eine zwei|zwo drei vier funf|fuenf sechs sieben acht neun zehn elf zwolf|zwoelf dreizehn vierzehn funfzehn|fuenfzehn sechzehn siebzehn achtzehn neunzehn',
  tens: 'zwanzig dreissig vierzig funfzig|fuenfzig sechzig siebzig achtzig neunzig',
  hundreds:
    'hundert|einhundert zweihundert dreihundert vierhundert funfhundert|fuenfhundert sechshundert siebenhundert achthundert neunhundert',
  join: (ten, unit) => (unit === 'eins' || unit === 'eine' ? [] : [`${unit}und${ten}`]),
  behindHundred: ['', 'und'],
  thousand: /^(.*?)tausend(?:und)?(.*)$/,
  ambiguous: /^(?:null|elf|eine?|vier)$/,
  article: /^eine?$/,
}
const french: Words = {
  units: 'zero un|une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dixsept dixhuit dixneuf',
  tens: 'vingt trente quarante cinquante soixante soixantedix|septante quatrevingts|quatrevingt|huitante|octante quatrevingtdix|nonante',
  hundreds:
    'cent deuxcents|deuxcent troiscents|troiscent quatrecents|quatrecent cinqcents|cinqcent sixcents|sixcent septcents|septcent huitcents|huitcent neufcents|neufcent',
  join: (ten, unit, value) => {
    if (ten === 'quatrevingts' || ten === 'soixantedix' || ten === 'quatrevingtdix') return []
    return value === 1 && ten !== 'quatrevingt' ? [`${ten}et${unit}`, `${ten}${unit}`] : [`${ten}${unit}`]
  },
  behindHundred: [''],
  thousand: /^(.*?)mille(.*)$/,
  ambiguous: /^(?:une?|six|sept|cent|mille)$/,
  article: /^une?$/,
}
const spanish: Words = {
  units:
    'cero uno|un|una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis|diezyseis diecisiete|diezysiete dieciocho|diezyocho diecinueve|diezynueve',
  tens: 'veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa',
  hundreds:
    'cien|ciento doscientos|doscientas trescientos|trescientas cuatrocientos|cuatrocientas quinientos|quinientas seiscientos|seiscientas setecientos|setecientas ochocientos|ochocientas novecientos|novecientas',
  join: (ten, unit) => (ten === 'veinte' ? [`veinti${unit}`, `veintey${unit}`] : [`${ten}y${unit}`]),
  behindHundred: [''],
  thousand: /^(.*?)mil(.*)$/,
  ambiguous: /^(?:una?|once|dos|mil)$/,
  article: /^una?$/,
}
const italian: Words = {
  units:
    'zero uno|un|una due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove',
  tens: 'venti trenta quaranta cinquanta sessanta settanta ottanta novanta',
  hundreds: 'cento duecento trecento quattrocento cinquecento seicento settecento ottocento novecento',
  join: (ten, unit) => [/^[uo]/.test(unit) ? `${ten.slice(0, -1)}${unit}` : `${ten}${unit}`],
  behindHundred: [''],
  thousand: /^(.*?)mil(?:le|a)(.*)$/,
  ambiguous: /^(?:una?|due|tre|sei|otto|nove|venti|cento|mille)$/,
  article: /^una?$/,
}
const portuguese: Words = {
  units:
    'zero um|uma dois|duas tres quatro cinco seis sete oito nove dez onze doze treze quatorze|catorze quinze dezesseis|dezasseis dezessete|dezassete dezoito dezenove|dezanove',
  tens: 'vinte trinta quarenta cinquenta sessenta setenta oitenta noventa',
  hundreds:
    'cem|cento duzentos|duzentas trezentos|trezentas quatrocentos|quatrocentas quinhentos|quinhentas seiscentos|seiscentas setecentos|setecentas oitocentos|oitocentas novecentos|novecentas',
  join: (ten, unit) => [`${ten}e${unit}`],
  behindHundred: ['e'],
  thousand: /^(.*?)mile?(.*)$/,
  ambiguous: /^(?:uma?|mil)$/,
  article: /^uma?$/,
}
const dutch: Words = {
  units: 'nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien',
  tens: 'twintig dertig veertig vijftig zestig zeventig tachtig negentig',
  hundreds: 'honderd|eenhonderd tweehonderd driehonderd vierhonderd vijfhonderd zeshonderd zevenhonderd achthonderd negenhonderd',
  join: (ten, unit) => [`${unit}en${ten}`],
  behindHundred: ['', 'en'],
  thousand: /^(.*?)duizend(?:en)?(.*)$/,
  ambiguous: /^(?:nul|een|elf|tien|vier)$/,
  article: /^een$/,
}
const russian: Words = {
  units:
    'ноль|нуль один|одна|одно два|две три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать девятнадцать',
  tens: 'двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто',
  hundreds: 'сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот',
  join: (ten, unit) => [`${ten}${unit}`],
  behindHundred: [''],
  thousand: /^(.*?)тысяч[аи]?(.*)$/,
  ambiguous: /^(?:одна|одно|сорок|три)$/,
  article: /^одн[ао]$/,
}
const languages: Record<Language, Words> = { de: german, fr: french, es: spanish, it: italian, pt: portuguese, nl: dutch, ru: russian }
export const spoken = Object.keys(languages) as Language[]

/** Without accents, spaces, hyphens and case; the letters й and ё stay what they are. */
export const bareWord = (text: string): string =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/(?<=[a-z])\p{M}|[\s-]/gu, '')
    .replaceAll('ß', 'ss')
    .normalize('NFC')

const lists = (text: string) => text.split(' ').map((word) => word.split('|'))
const known = new Map<Language, Map<string, number>>()

/** Spellings of 0 to 999 in a language. */
function below1000(language: Language): Map<string, number> {
  const before = known.get(language)
  if (before) return before
  const { units, tens, hundreds, join, behindHundred } = languages[language]
  const small = lists(units).flatMap((spellings, value) => spellings.map((spelling) => [spelling, value] as const))
  const parts = lists(tens).flatMap((spellings, at) => spellings.map((spelling) => [spelling, 20 + 10 * at] as const))
  // In French 70 and 90 go on to 79 and 99 by the words from 10 to 19.
  const longest = language === 'fr' ? 20 : 10
  const joined = parts.flatMap(([ten, from]) =>
    small
      .filter(([, value]) => value > 0 && value < longest && (value < 10 || from === 60 || ten === 'quatrevingt'))
      .flatMap(([unit, value]) => join(ten, unit, value % 10).map((spelling) => [spelling, from + value] as const)),
  )
  const below100 = [...small, ...parts, ...joined]
  const all = new Map<string, number>(below100)
  for (const [at, spellings] of lists(hundreds).entries())
    for (const hundred of spellings) {
      all.set(hundred, 100 * (at + 1))
      for (const between of behindHundred)
        for (const [word, value] of below100) if (value > 0) all.set(`${hundred}${between}${word}`, 100 * (at + 1) + value)
    }
  known.set(language, all)
  return all
}

/** Whether a bare word begins as a number word does in any of the languages: a quick no for nearly all. */
export const mayBeNumberWord = (word: string): boolean => beginnings.test(word)
const beginnings = new RegExp(
  `^(?:${[...new Set(Object.values(languages).flatMap(({ units, tens, hundreds }) => [units, tens, hundreds].flatMap(lists).flat()))].join('|')}|veinti|vent|trent|quarant|cinquant|sessant|settant|ottant|novant|tausend|mil|duizend|тысяч|anderthalb|полтора)`,
)

/** The number below a million that a bare word is in a language, or null. */
export function valueOf(word: string, language: Language): number | null {
  const all = below1000(language)
  const small = all.get(word)
  if (small !== undefined) return small
  const [, before, after] = languages[language].thousand.exec(word) ?? []
  if (before === undefined || after === undefined) return null
  const [times, rest] = [
    before === '' ? 1 : all.get(before),
    after === '' ? 0 : all.get(after.replace(/^e(?=[^l])/, language === 'pt' ? '' : 'e')),
  ]
  return times === undefined || rest === undefined || times === 0 ? null : 1000 * times + rest
}
export const isAmbiguous = (word: string, language: Language): boolean => languages[language].ambiguous.test(word)
export const isArticle = (word: string, language: Language): boolean => languages[language].article.test(word)

const announcing: [language: Language, pattern: RegExp][] = [
  ['de', /ergebnis|l[öo]sung|antwort/i],
  ['nl', /antwoord|uitkomst|resultaat/i],
  ['fr', /réponse|résultat|solution\s+(?:est|vaut)/i],
  ['es', /respuesta|resultado\s+es\b|solución/i],
  ['it', /risposta|risultato|soluzione/i],
  ['pt', /resposta|resultado|solução/i],
  ['ru', /ответ|результат/i],
]
/** The language of an announcement, where it is one of those. */
export const languageOf = (announcement: string): Language | undefined => announcing.find(([, pattern]) => pattern.test(announcement))?.[0]
