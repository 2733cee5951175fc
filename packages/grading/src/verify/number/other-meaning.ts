/** Words that make of the number beside them a bound, a denial, a function's argument or a date, in the languages that answers are announced in. */
const months = 'January|February|March|April|May|June|July|August|September|October|November|December'
const before = {
  english: String.raw`sqrt|roots?(?: of)?|log|ln|sin|cos|tan|exp|not|(?:less|fewer|more|greater|larger|smaller|bigger|higher|lower) than|at (?:least|most)|no (?:more|less|fewer) than|up to|between|half past|(?:quarter|half|five|ten|twenty) (?:past|to)|remainder|over|under|above|below|mod|modulo|one of(?: the)?|never|twice|thrice|double|triple|(?:half|a (?:third|quarter|fifth|tenth)|(?:one|two|three)[ -](?:thirds?|quarters?|halves|fifths?)) of|half(?= +\d)|(?:square|cube|factorial|reciprocal|inverse|negative|opposite|double|half|absolute value|logarithm|multiples?|factors?|divisors?|powers?) of|divisible by|except(?: for)?|excluding|other than|apart from|(?:anything|everything|nothing|number|integer|all|any) but|${months}`,
  german:
    'nicht|kein|(?:mehr|weniger|größer|kleiner|höher) als|mindestens|höchstens|maximal|minimal|bis zu|über|unter|oberhalb von|zwischen|Wurzel(?: aus)?',
  french: "(?:plus|moins) (?:de|que)|(?:supérieure?|inférieure?) à|au (?:moins|plus)|jusqu[’']à|entre|pas|racine (?:carrée )?de",
  spanish:
    '(?:más|menos|mayor|menor) (?:de|que)|al menos|por lo menos|como (?:mucho|máximo|mínimo)|a lo sumo|hasta|entre|no(?: es)?|raíz (?:cuadrada )?de',
  italian: '(?:più|meno|maggiore|minore) (?:di|che)|almeno|al (?:massimo|minimo)|fino a|tra|fra|non(?: è)?',
  portuguese: '(?:mais|menos|maior|menor) (?:de|do|que|do que)|pelo menos|no (?:mínimo|máximo)|até|entre|não(?: é)?',
  dutch: '(?:meer|minder|groter|kleiner) dan|minstens|hoogstens|ten (?:minste|hoogste)|maximaal|tussen|niet|geen',
  russian: '(?:больше|меньше|более|менее|свыше|не|до|от|между|минимум|максимум|как минимум|хотя бы|больше чем|меньше чем)',
  polish: '(?:więcej|mniej|większe|mniejsze) niż|co najmniej|ponad|nie',
  turkish: 'en (?:az|fazla)',
}
const han =
  '(?:大于|大於|小于|小於|超过|超過|少于|少於|多于|多於|不到|不足|至少|至多|最多|最少|高于|低于|不等于|不是|不为|不少于|不超过|不大于|不小于|等于或大于|介于|√|根号)'
export const noNumberBefore = new RegExp(
  [
    String.raw`(?:[±∓√∛∜≤≥≠⩽⩾^_]|\+/-|(?<![-=<>\w/"'])[<>]=?|${han}`,
    String.raw`|(?<![\p{L}\p{M}\\])(?:${Object.values(before).join('|')}))`,
    String.raw`\s*\}?\s*[({[]?\s*\$?\s*$`,
  ].join(''),
  'iu',
)

const joined =
  'choose|mod|modulo|over|out of|of|per|remainder|rem\\.?|R|r|point|in|by|upon|vs\\.?|versus|against|divided by|multiplied by|times|plus|minus'
const orMore = [
  'or (?:more|less|fewer|above|below|higher|lower|greater|larger|smaller)',
  'oder (?:mehr|weniger)',
  'ou (?:plus|moins|mais|menos)',
  'o (?:más|menos|più|meno)',
  'of (?:meer|minder)',
  'или (?:более|менее|больше|меньше)',
  'и (?:более|больше)',
].join('|')
/** What makes of the number before it another or none. */
export const noNumberBehind = new RegExp(
  [
    String.raw`\s*(?:factorial\b|to the\b|below zero\b|(?:less|more|fewer|greater|larger|smaller|higher|lower) than\b|times (?:as|more|less|the|that|a|bigger|larger|smaller)\b|o['’]clock\s+(?:and\s+)?\d|(?:is|was)(?:n['’]t| not) (?:the |our |a )?(?:final |correct |right )?(?:answer|solution|result|correct|right)|(?:is|was) (?:wrong|incorrect|false)\b|(?<=\s):\s+\d|(?:${orMore})(?![\p{L}\p{M}])|(?:pi|sqrt|roots?|log|ln|sin|cos|tan|exp)\b|\+(?=\s*(?:$|[.,;!?)]))`,
    String.raw`|[\p{L}元]{0,3}(?:以上|以下|以内|未満|より|이상|이하|미만|초과)|(?:ではない|ではありません|じゃない|(?:이|가)?\s*아니|नहीं)`,
    String.raw`|(?:${joined})\s*(?:an?\s+)?-?[$€£]?\d)`,
  ].join(''),
  'uy',
)
