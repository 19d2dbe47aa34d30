/** Puts text into the clipboard; false when the browser does not let us. Never throws. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // Pages over plain http have no clipboard object, and a click may be too long ago for it.
    return copyBySelection(text)
  }
}

function copyBySelection(text: string): boolean {
  const before = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'sr'
  document.body.append(area)
  area.select()
  let copied = false
  try {
    // Deprecated, and the only way there is without a secure context.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    copied = document.execCommand('copy')
  } catch {
    copied = false
  }
  area.remove()
  if (before instanceof HTMLElement) before.focus()
  return copied
}
