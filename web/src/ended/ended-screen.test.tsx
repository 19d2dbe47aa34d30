import { act, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { renderInPage } from '../app/test-render'
import { endedText } from '../text/ended'
import { EndedScreen } from './ended-screen'

function pass(ms: number): void {
  act(() => {
    vi.advanceTimersByTime(ms)
  })
}

describe('an ended screen', () => {
  it('says what happened and leads on', () => {
    renderInPage(<EndedScreen kind="not-found" />, { path: '/r/x' })
    screen.getByRole('heading', { name: endedText.notFound.title })
    expect(screen.getByRole('link', { name: 'Go to start' })).toHaveAttribute('href', '/')
    expect(screen.getByRole('link', { name: endedText.otherAccount })).toHaveAttribute(
      'href',
      '/sign-in?next=%2Fr%2Fx',
    )
    expect(document.title).toContain(endedText.notFound.title)
  })

  it('tells when somebody was removed', () => {
    const at = new Date(2026, 10, 24, 14, 32)
    renderInPage(<EndedScreen kind="removed" at={at} />)
    screen.getByText(endedText.removed.body(at))
  })

  describe('of a full room', () => {
    beforeEach(() => {
      vi.useFakeTimers()
    })
    afterEach(() => {
      vi.useRealTimers()
    })

    it('tries again every ten seconds, in sight', () => {
      const onRetry = vi.fn()
      renderInPage(<EndedScreen kind="full" people={200} onRetry={onRetry} />)
      pass(3000)
      screen.getByText(endedText.full.again(7))
      pass(7000)
      expect(onRetry).toHaveBeenCalledTimes(1)
      pass(10_000)
      expect(onRetry).toHaveBeenCalledTimes(2)
    })
  })
})
