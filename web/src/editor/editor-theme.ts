/** Monaco's theme, made from the design tokens that hold on the page at the moment. */
import type { Theme } from '../settings/theme'
import { monaco } from './monaco'

const themeName = 'codencollab'
const bases = {
  light: 'vs',
  dark: 'vs-dark',
  'hc-light': 'hc-light',
  'hc-dark': 'hc-black',
} as const

export function applyEditorTheme(theme: Theme): void {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => sixDigits(style.getPropertyValue(name).trim())
  const bare = (name: string) => token(name).replace('#', '')
  monaco.editor.defineTheme(themeName, {
    base: bases[theme],
    inherit: false,
    rules: [
      { token: '', foreground: bare('--code-text') },
      ...['keyword', 'metatag'].map((name) => ({
        token: name,
        foreground: bare('--code-keyword'),
      })),
      ...['string', 'regexp', 'attribute.value'].map((name) => ({
        token: name,
        foreground: bare('--code-string'),
      })),
      ...['number', 'constant', 'annotation'].map((name) => ({
        token: name,
        foreground: bare('--code-number'),
      })),
      ...['type', 'namespace', 'class', 'predefined', 'variable.predefined'].map((name) => ({
        token: name,
        foreground: bare('--code-type'),
      })),
      { token: 'comment', foreground: bare('--code-comment'), fontStyle: 'italic' },
      { token: 'function', foreground: bare('--code-call'), fontStyle: 'bold' },
    ],
    colors: {
      foreground: token('--text'),
      focusBorder: token('--focus'),
      'editor.foreground': token('--code-text'),
      'editor.background': token('--surface-work'),
      'editor.lineHighlightBackground': token('--editor-line'),
      'editor.lineHighlightBorder': '#00000000',
      'editor.selectionBackground': token('--select'),
      'editor.inactiveSelectionBackground': token('--select'),
      'editor.findMatchBackground': token('--editor-match'),
      'editor.findMatchHighlightBackground': token('--editor-match'),
      'editorCursor.foreground': token('--accent'),
      'editorLineNumber.foreground': token('--editor-gutter'),
      'editorLineNumber.activeForeground': token('--editor-gutter-now'),
      'editorLineNumber.dimmedForeground': token('--editor-gutter'),
      'editorIndentGuide.background1': token('--editor-guide'),
      'editorIndentGuide.activeBackground1': token('--editor-guide'),
      'editorWhitespace.foreground': token('--editor-guide'),
      'editorBracketMatch.background': token('--surface-selected'),
      'editorBracketMatch.border': '#00000000',
      'editorWidget.background': token('--surface-raised'),
      'editorWidget.foreground': token('--text'),
      'editorWidget.border': token('--edge'),
      'editorSuggestWidget.background': token('--surface-raised'),
      'editorSuggestWidget.border': token('--edge'),
      'editorSuggestWidget.foreground': token('--text'),
      'editorSuggestWidget.selectedBackground': token('--surface-selected'),
      'editorSuggestWidget.selectedForeground': token('--text'),
      'editorSuggestWidget.highlightForeground': token('--text'),
      'editorSuggestWidget.focusHighlightForeground': token('--text'),
      'editorHoverWidget.background': token('--surface-raised'),
      'editorHoverWidget.border': token('--edge'),
      'editorUnicodeHighlight.border': token('--warning-edge'),
      'editorUnicodeHighlight.background': token('--warning-soft'),
      'input.background': token('--surface-work'),
      'input.foreground': token('--text'),
      'input.border': token('--edge-control'),
      'inputOption.activeBackground': token('--surface-selected'),
      'inputOption.activeForeground': token('--text'),
      'inputOption.activeBorder': token('--edge-control'),
      'inputValidation.infoBackground': token('--surface-raised'),
      'inputValidation.infoForeground': token('--text'),
      'inputValidation.infoBorder': token('--edge-control'),
      'list.hoverBackground': token('--surface-hover'),
      'list.activeSelectionBackground': token('--surface-selected'),
      'list.activeSelectionForeground': token('--text'),
      'list.focusBackground': token('--surface-selected'),
      'list.focusForeground': token('--text'),
      'list.highlightForeground': token('--text'),
      'menu.background': token('--surface-raised'),
      'menu.foreground': token('--text'),
      'menu.selectionBackground': token('--surface-selected'),
      'menu.selectionForeground': token('--text'),
      'quickInput.background': token('--surface-raised'),
      'quickInput.foreground': token('--text'),
      'scrollbarSlider.background': token('--surface-hover'),
      'scrollbarSlider.hoverBackground': token('--edge'),
      'scrollbarSlider.activeBackground': token('--edge-control'),
      'scrollbar.shadow': '#00000000',
      'widget.shadow': '#00000033',
    },
  })
  monaco.editor.setTheme(themeName)
}

/** Monaco reads #rrggbb only; a built style sheet may say #fff or a name. */
function sixDigits(color: string): string {
  const pen = document.createElement('canvas').getContext('2d')
  if (!pen) return color
  pen.fillStyle = color
  return pen.fillStyle
}
