import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { bareWord, mayBeNumberWord, valueOf, type Language } from './number-words.ts'

const test = suite('number words')
const words: [language: Language, word: string, value: number][] = [
  ['de', 'neunhundertneunundneunzigtausendneunhundertneunundneunzig', 999999],
  ['de', 'einundzwanzig', 21],
  ['de', 'hunderteins', 101],
  ['de', 'eintausend', 1000],
  ['de', 'zwölftausenddreihundert', 12300],
  ['de', 'dreißig', 30],
  ['fr', 'quatre-vingt-onze', 91],
  ['fr', 'quatre-vingt-un', 81],
  ['fr', 'soixante-dix-neuf', 79],
  ['fr', 'soixante et onze', 71],
  ['fr', 'neuf cent quatre-vingt-dix-neuf mille neuf cent quatre-vingt-dix-neuf', 999999],
  ['fr', 'cent vingt et un', 121],
  ['fr', 'trois cents', 300],
  ['fr', 'mille un', 1001],
  ['fr', 'quatre-vingt mille', 80000],
  ['fr', 'deux cent mille', 200000],
  ['es', 'cuarenta y dos', 42],
  ['es', 'veintidós', 22],
  ['es', 'ciento noventa y nueve', 199],
  ['es', 'quinientos mil', 500000],
  ['es', 'mil novecientos noventa y nueve', 1999],
  ['es', 'dos mil veintiséis', 2026],
  ['it', 'trentotto', 38],
  ['it', 'centouno', 101],
  ['it', 'duecentoquarantacinque', 245],
  ['it', 'millenovecento', 1900],
  ['it', 'duemila', 2000],
  ['pt', 'quarenta e dois', 42],
  ['pt', 'cento e um', 101],
  ['pt', 'mil novecentos e noventa e nove', 1999],
  ['pt', 'duzentos mil', 200000],
  ['pt', 'dois mil e vinte', 2020],
  ['nl', 'tweeënveertig', 42],
  ['nl', 'honderdeen', 101],
  ['nl', 'tweeduizend driehonderd', 2300],
  ['nl', 'negenennegentig', 99],
  ['ru', 'сорок два', 42],
  ['ru', 'сто один', 101],
  ['ru', 'две тысячи двадцать шесть', 2026],
  ['ru', 'пятьсот тысяч', 500000],
  ['ru', 'тысяча', 1000],
]
test('the hard ones of each language', () => {
  for (const [language, word, value] of words) {
    assert.is(valueOf(bareWord(word), language), value, word)
    assert.ok(mayBeNumberWord(bareWord(word)), word)
  }
})
test('what is none is null', () => {
  for (const word of ['', 'zweier', 'einigemale', 'millemille', 'quatrevingtsun', 'cientoy', 'dreiundzehn', 'tausendtausend'])
    for (const language of ['de', 'fr', 'es', 'it', 'pt', 'nl', 'ru'] as const)
      assert.is(valueOf(word, language), null, `${language} ${word}`)
})

test.run()
