import { linkText } from '../text/room'
import type { Notice } from './room-session'

/** A notice in words, to be seen and to be said. */
export function noticeLine(notice: Notice): string {
  switch (notice.kind) {
    case 'drifted':
      return linkText.drifted
    case 'refused':
      return linkText.refused(notice.code)
    case 'too-large':
      return linkText.tooLarge(notice.units, notice.limit)
  }
}
