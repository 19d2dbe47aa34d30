// Where our page shows the carets of others.

/**
 * The caret with that name on its flag: its line and column from 1, and the class of its colour.
 * Undefined while there is none, or none in view.
 * @param {import('playwright-core').Page} page @param {string} name
 * @returns {Promise<{line: number, column: number, slot: string} | undefined>}
 */
export function caretOf(page, name) {
  return page.evaluate((wanted) => {
    const carets = [...document.querySelectorAll('.remote-caret')]
    const caret = carets.find((one) => one.querySelector('.flag')?.textContent === wanted)
    const lines = [...document.querySelectorAll('.monaco-editor .view-line')]
    const first = lines.map((line) => line.getBoundingClientRect()).sort((a, b) => a.y - b.y)[0]
    const drawn = lines.find((line) => line.textContent !== '')?.querySelector('span')
    if (!caret || !first || !drawn) return undefined
    const letterWidth = drawn.getBoundingClientRect().width / drawn.textContent.length
    const { x, y } = caret.getBoundingClientRect()
    return {
      line: Math.round((y - first.y) / first.height) + 1,
      column: Math.round((x - first.x) / letterWidth) + 1,
      slot: [...caret.classList].find((one) => /^s\d$/.test(one)) ?? '',
    }
  }, name)
}
