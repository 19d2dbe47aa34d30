import { shownName } from '../people/shown-name'
import { roomText } from '../text/room'

const titleLettersMax = 120

export function shownTitle(title: string): string {
  return title.trim() === '' ? roomText.untitled : shownName(title, titleLettersMax)
}
