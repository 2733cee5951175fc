import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkTable } from './check-table.ts'
const folder = mkdtempSync(join(tmpdir(), 'check-scripts-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const test = suite('check in many scripts')

/** By language: a question, the same with other numbers, and another question. */
const questions: Record<string, [string, string, string]> = {
  en: [
    'A farmer keeps 12 brown hens in a small wooden shed, and each hen lays 3 eggs a day. How many eggs does the farmer collect in one week?',
    'A farmer keeps 15 brown hens in a small wooden shed, and each hen lays 4 eggs a day. How many eggs does the farmer collect in one week?',
    'A baker has 9 loaves and sells 4 of them before noon. How many loaves are left on the shelf for the afternoon customers?',
  ],
  de: [
    'Ein Bauer hält 12 braune Hühner in einem kleinen Stall aus Holz, und jedes Huhn legt am Tag 3 Eier. Wie viele Eier sammelt der Bauer in einer Woche ein?',
    'Ein Bauer hält 15 braune Hühner in einem kleinen Stall aus Holz, und jedes Huhn legt am Tag 4 Eier. Wie viele Eier sammelt der Bauer in einer Woche ein?',
    'Eine Bäckerin hat 9 Brote und verkauft 4 davon vor dem Mittag. Wie viele Brote liegen am Nachmittag noch im Regal der Bäckerei?',
  ],
  fr: [
    'Un fermier possède 12 poules brunes dans un petit poulailler en bois, et chaque poule pond 3 œufs par jour. Combien d’œufs le fermier ramasse-t-il en une semaine ?',
    'Un fermier possède 15 poules brunes dans un petit poulailler en bois, et chaque poule pond 4 œufs par jour. Combien d’œufs le fermier ramasse-t-il en une semaine ?',
    'Une boulangère a 9 pains et en vend 4 avant midi. Combien de pains restent sur l’étagère pour les clients de l’après-midi ?',
  ],
  es: [
    'Un granjero tiene 12 gallinas marrones en un pequeño gallinero de madera, y cada gallina pone 3 huevos al día. ¿Cuántos huevos recoge el granjero en una semana?',
    'Un granjero tiene 15 gallinas marrones en un pequeño gallinero de madera, y cada gallina pone 4 huevos al día. ¿Cuántos huevos recoge el granjero en una semana?',
    'Una panadera tiene 9 panes y vende 4 antes del mediodía. ¿Cuántos panes quedan en el estante para los clientes de la tarde?',
  ],
  ru: [
    'Фермер держит 12 коричневых кур в маленьком деревянном курятнике, и каждая курица несёт 3 яйца в день. Сколько яиц собирает фермер за одну неделю?',
    'Фермер держит 15 коричневых кур в маленьком деревянном курятнике, и каждая курица несёт 4 яйца в день. Сколько яиц собирает фермер за одну неделю?',
    'У пекаря было 9 буханок, и до полудня он продал 4 из них. Сколько буханок осталось на полке для вечерних покупателей?',
  ],
  el: [
    'Ένας αγρότης έχει 12 καφέ κότες σε ένα μικρό ξύλινο κοτέτσι και κάθε κότα γεννά 3 αυγά την ημέρα. Πόσα αυγά μαζεύει ο αγρότης σε μία εβδομάδα;',
    'Ένας αγρότης έχει 15 καφέ κότες σε ένα μικρό ξύλινο κοτέτσι και κάθε κότα γεννά 4 αυγά την ημέρα. Πόσα αυγά μαζεύει ο αγρότης σε μία εβδομάδα;',
    'Ένας φούρναρης έχει 9 ψωμιά και πουλά 4 πριν το μεσημέρι. Πόσα ψωμιά μένουν στο ράφι για τους απογευματινούς πελάτες;',
  ],
  ar: [
    'يملك مزارع 12 دجاجة بنية في حظيرة خشبية صغيرة، وتضع كل دجاجة 3 بيضات في اليوم. كم بيضة يجمع المزارع في أسبوع واحد من كل الدجاج؟',
    'يملك مزارع 15 دجاجة بنية في حظيرة خشبية صغيرة، وتضع كل دجاجة 4 بيضات في اليوم. كم بيضة يجمع المزارع في أسبوع واحد من كل الدجاج؟',
    'لدى الخباز 9 أرغفة وباع 4 منها قبل الظهر. كم رغيفا بقي على الرف لزبائن المساء في هذا المخبز؟',
  ],
  he: [
    'לחקלאי יש 12 תרנגולות חומות בלול עץ קטן, וכל תרנגולת מטילה 3 ביצים ביום. כמה ביצים אוסף החקלאי בשבוע אחד מכל התרנגולות?',
    'לחקלאי יש 15 תרנגולות חומות בלול עץ קטן, וכל תרנגולת מטילה 4 ביצים ביום. כמה ביצים אוסף החקלאי בשבוע אחד מכל התרנגולות?',
    'לאופה יש 9 כיכרות לחם והוא מוכר 4 מהן לפני הצהריים. כמה כיכרות נשארו על המדף ללקוחות אחר הצהריים?',
  ],
  hi: [
    'एक किसान के पास लकड़ी के छोटे बाड़े में 12 भूरी मुर्गियाँ हैं और हर मुर्गी रोज़ 3 अंडे देती है। किसान एक सप्ताह में कुल कितने अंडे इकट्ठा करता है?',
    'एक किसान के पास लकड़ी के छोटे बाड़े में 15 भूरी मुर्गियाँ हैं और हर मुर्गी रोज़ 4 अंडे देती है। किसान एक सप्ताह में कुल कितने अंडे इकट्ठा करता है?',
    'एक बेकर के पास 9 रोटियाँ हैं और वह दोपहर से पहले 4 बेच देता है। शाम के ग्राहकों के लिए शेल्फ पर कितनी रोटियाँ बचीं?',
  ],
  zh: [
    '一个农夫在一个小木棚里养了12只棕色的母鸡，每只母鸡每天下3个鸡蛋。请问这个农夫一个星期一共能收多少个鸡蛋？',
    '一个农夫在一个小木棚里养了15只棕色的母鸡，每只母鸡每天下4个鸡蛋。请问这个农夫一个星期一共能收多少个鸡蛋？',
    '面包师有9个面包，中午以前卖掉了4个。请问架子上还剩下多少个面包可以卖给下午来的顾客？',
  ],
  ja: [
    '農夫が小さな木の小屋で茶色のめんどりを12羽飼っています。めんどりは1羽につき1日に3個の卵を産みます。農夫は1週間で全部で何個の卵を集めますか。',
    '農夫が小さな木の小屋で茶色のめんどりを15羽飼っています。めんどりは1羽につき1日に4個の卵を産みます。農夫は1週間で全部で何個の卵を集めますか。',
    'パン屋にはパンが9個あり、正午までに4個売れました。午後のお客さんのために棚に残っているパンは何個ですか。',
  ],
  ko: [
    '한 농부가 작은 나무 닭장에서 갈색 암탉 12마리를 기르고 있으며 암탉은 한 마리가 하루에 달걀을 3개씩 낳습니다. 농부는 일주일 동안 모두 몇 개의 달걀을 모읍니까?',
    '한 농부가 작은 나무 닭장에서 갈색 암탉 15마리를 기르고 있으며 암탉은 한 마리가 하루에 달걀을 4개씩 낳습니다. 농부는 일주일 동안 모두 몇 개의 달걀을 모읍니까?',
    '제빵사에게 빵이 9개 있었는데 정오 전에 4개를 팔았습니다. 오후 손님을 위해 선반에 남은 빵은 모두 몇 개입니까?',
  ],
  th: [
    'ชาวนาคนหนึ่งเลี้ยงไก่สีน้ำตาล 12 ตัวในเล้าไม้เล็ก ๆ และไก่แต่ละตัวออกไข่วันละ 3 ฟอง ชาวนาเก็บไข่ได้ทั้งหมดกี่ฟองในหนึ่งสัปดาห์',
    'ชาวนาคนหนึ่งเลี้ยงไก่สีน้ำตาล 15 ตัวในเล้าไม้เล็ก ๆ และไก่แต่ละตัวออกไข่วันละ 4 ฟอง ชาวนาเก็บไข่ได้ทั้งหมดกี่ฟองในหนึ่งสัปดาห์',
    'คนทำขนมปังมีขนมปัง 9 ก้อนและขายไป 4 ก้อนก่อนเที่ยง เหลือขนมปังบนชั้นสำหรับลูกค้าตอนบ่ายกี่ก้อน',
  ],
  vi: [
    'Một người nông dân nuôi 12 con gà mái nâu trong một chuồng gỗ nhỏ, và mỗi con gà đẻ 3 quả trứng mỗi ngày. Hỏi người nông dân thu được bao nhiêu quả trứng trong một tuần?',
    'Một người nông dân nuôi 15 con gà mái nâu trong một chuồng gỗ nhỏ, và mỗi con gà đẻ 4 quả trứng mỗi ngày. Hỏi người nông dân thu được bao nhiêu quả trứng trong một tuần?',
    'Người thợ làm bánh có 9 ổ bánh mì và bán 4 ổ trước buổi trưa. Hỏi còn lại bao nhiêu ổ bánh trên kệ cho khách buổi chiều?',
  ],
  tr: [
    'Bir çiftçi küçük bir ahşap kümeste 12 kahverengi tavuk besliyor ve her tavuk günde 3 yumurta yumurtluyor. Çiftçi bir haftada toplam kaç yumurta toplar?',
    'Bir çiftçi küçük bir ahşap kümeste 15 kahverengi tavuk besliyor ve her tavuk günde 4 yumurta yumurtluyor. Çiftçi bir haftada toplam kaç yumurta toplar?',
    'Bir fırıncının 9 ekmeği var ve öğleden önce 4 tanesini satıyor. Öğleden sonraki müşteriler için rafta kaç ekmek kalır?',
  ],
}
/** Languages that put no spaces between words. */
const unspacedLang = new Set(['zh', 'ja', 'th'])
const filler = 'Here stands something else that has nothing to do with it, written only to fill the page with words of no meaning at all.'
const words = (q: string) => q.split(' ')
/** Rows that hold the question. */
const hits: [string, (q: string, lang: string) => unknown][] = [
  ['itself', (q) => ({ text: q })],
  ['upper case', (q, l) => ({ text: l === 'tr' ? q.toLocaleUpperCase('tr') : q.toUpperCase() })],
  ['double spaces', (q) => ({ text: q.replace(/ /g, '  \t') })],
  ['line wrapped', (q) => ({ text: q.replace(/ /g, (s, i: number) => (i % 3 ? s : '\n')) })],
  ['embedded', (q) => ({ text: `${filler} ${q} ${filler}` })],
  [
    'messages',
    (q) => ({
      messages: [
        { role: 'system', content: filler },
        { role: 'user', content: q },
        { role: 'assistant', content: '252' },
      ],
    }),
  ],
  ['chosen and rejected', (q) => ({ prompt: `Question: ${q}\nAnswer:`, chosen: '252', rejected: '0' })],
  ['memory', (q) => ({ title: 'Eggs', description: 'a hint', content: `When asked "${q}" multiply.` })],
  ['decomposed', (q) => ({ text: q.normalize('NFD') })],
  ['compatibility', (q) => ({ text: q.replace(/[0-9]/g, (d) => String.fromCharCode(0xff10 + Number(d))) })],
  ['zero width', (q) => ({ text: q.replace(/ /g, ' \u200b') })],
  ['no-break spaces', (q) => ({ text: q.replace(/ /g, '\u00a0') })],
  ['punctuation lost', (q) => ({ text: q.replace(/[.,?;!؟،。，？¿।]/g, ' ') })],
  ['markdown', (q) => ({ text: `**Q:** _${q}_` })],
  ['quoted', (q) => ({ text: `> “${q}”` })],
  [
    'without its last words',
    (q, l) => ({ text: unspacedLang.has(l) ? q.slice(0, Math.floor(q.length * 0.8)) : words(q).slice(0, -4).join(' ') }),
  ],
  [
    'without its first words',
    (q, l) => ({ text: unspacedLang.has(l) ? q.slice(Math.floor(q.length * 0.2)) : words(q).slice(4).join(' ') }),
  ],
  ['nested deep', (q) => ({ a: { b: [{ c: { d: [q] } }] } })],
]
/** Rows that do not. */
const misses: [string, (q: [string, string, string], lang: string) => unknown][] = [
  ['other numbers', ([, t]) => ({ text: t })],
  ['another question', ([, , p]) => ({ text: p })],
  ['a few words of it', ([q], l) => ({ text: unspacedLang.has(l) ? q.slice(0, 8) : words(q).slice(0, 6).join(' ') + ' ' + filler })],
  ['only filler', () => ({ text: filler })],
  ['only its answer', () => ({ text: '252 eggs, since 12 times 3 times 7 is 252' })],
  ['words sorted', ([q], l) => ({ text: unspacedLang.has(l) ? filler : words(q).sort().join(' ') })],
]

for (const [language, texts] of Object.entries(questions))
  test(language, async () => {
    const file = join(folder, `${language}.jsonl`)
    writeFileSync(file, JSON.stringify({ question: texts[0], answer: '252' }))
    const holds = async (row: unknown) => {
      const other = join(folder, 'other.jsonl')
      writeFileSync(other, JSON.stringify(row))
      const { against } = await checkTable({ file }, { against: [other], span: 13 })
      return (against[0]?.overlaps.length ?? 0) > 0
    }
    for (const [what, make] of hits) assert.ok(await holds(make(texts[0], language)), what)
    for (const [what, make] of misses) assert.not(await holds(make(texts, language)), what)
  })

test.run()
