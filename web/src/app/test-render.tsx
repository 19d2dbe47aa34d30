import { MantineProvider } from '@mantine/core'
import { render } from '@testing-library/react'
import type { ReactNode } from 'react'
import { MemoryRouter } from 'react-router'
import { SessionContext } from '../session/session-context'
import type { SessionStore } from '../session/session'

type Surroundings = { path?: string; session?: SessionStore | null }

/** Draws a component where it lives in the page: theme, router, session. */
export function renderInPage(
  content: ReactNode,
  { path = '/', session = null }: Surroundings = {},
) {
  return render(
    <MantineProvider env="test">
      <MemoryRouter initialEntries={[path]}>
        <SessionContext value={session}>{content}</SessionContext>
      </MemoryRouter>
    </MantineProvider>,
  )
}
