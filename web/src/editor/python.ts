/**
 * Python as this editor draws it: keywords are keywords only, what a `def` or `class` names and
 * what looks like a type are told apart. The definition that comes with the editor takes every
 * built-in function for a keyword.
 */
import * as monaco from 'monaco-editor/editor/editor.api.js'
import { conf, language } from 'monaco-editor/languages/definitions/python/python'

const keywords =
  'False None True and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield'
const types = 'bool bytes complex dict float frozenset int list object set str tuple'

monaco.languages.register({ id: 'python', extensions: ['.py'], aliases: ['Python'] })
monaco.languages.setLanguageConfiguration('python', conf)
monaco.languages.setMonarchTokensProvider('python', {
  ...language,
  keywords: keywords.split(' '),
  types: types.split(' '),
  tokenizer: {
    ...language.tokenizer,
    root: [
      [/(def|class)(\s+)([a-zA-Z_]\w*)/, ['keyword', 'white', 'function']],
      // Not the letter before a string: that is the string's.
      [
        /[a-zA-Z_]\w*(?!["'\w])/,
        {
          cases: {
            '@keywords': 'keyword',
            '@types': 'type',
            '[A-Z][A-Z0-9_]+': 'identifier',
            '[A-Z]\\w*': 'type',
            '@default': 'identifier',
          },
        },
      ],
      ...language.tokenizer.root,
    ],
  },
})
