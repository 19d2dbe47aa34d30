// Monaco ships this definition without types.
declare module 'monaco-editor/languages/definitions/python/python' {
  import type { languages } from 'monaco-editor'
  export const conf: languages.LanguageConfiguration
  export const language: languages.IMonarchLanguage & {
    keywords: string[]
    tokenizer: { root: languages.IMonarchLanguageRule[] }
  }
}
