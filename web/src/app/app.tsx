import { MantineProvider } from '@mantine/core'
import { useEffect, useLayoutEffect, useSyncExternalStore } from 'react'
import { BrowserRouter, Route, Routes } from 'react-router'
import { SignInPage } from '../auth/sign-in-page'
import { SignUpPage } from '../auth/sign-up-page'
import { EndedScreen } from '../ended/ended-screen'
import { SessionContext } from '../session/session-context'
import { settings, useTheme } from '../settings/settings'
import { SettingsPage } from '../settings/settings-page'
import { applyTheme, isDark } from '../settings/theme'
import { Announcer } from '../ui/announcer'
import { ErrorBoundary } from '../ui/error-boundary'
import { Toasts } from '../ui/toast'
import { cssVariables, theme } from './mantine-theme'
import { PracticePage } from './practice-page'
import { RoomRoute } from './room-route'
import { ServicesContext } from './services'
import type { Boot } from './services'
import { StartPage } from './start-page'

export function App({ boot }: { boot: Boot }) {
  const drawn = useTheme()
  // Before any effect: the editor makes its colours from what holds on the page.
  useLayoutEffect(() => applyTheme(drawn), [drawn])
  useEffect(() => settings.followOtherTabs(), [])
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      forceColorScheme={isDark(drawn) ? 'dark' : 'light'}
      withGlobalClasses={false}
    >
      <BrowserRouter>
        <ErrorBoundary fallback={() => <EndedScreen kind="crashed" />}>
          <Screens boot={boot} />
        </ErrorBoundary>
        <Toasts />
      </BrowserRouter>
      <Announcer />
    </MantineProvider>
  )
}

function Screens({ boot }: { boot: Boot }) {
  const state = useSyncExternalStore(boot.subscribe, boot.get)
  if (state.phase === 'failed') {
    return <EndedScreen kind="unreachable" onRetry={() => void boot.start()} />
  }
  const services = state.phase === 'ready' ? state.services : null
  return (
    <ServicesContext value={services}>
      <SessionContext value={services?.session ?? null}>
        <Routes>
          <Route path="/" element={<StartPage />} />
          <Route path="/sign-in" element={<SignInPage />} />
          <Route path="/sign-up" element={<SignUpPage />} />
          <Route path="/settings" element={<SettingsPage />} />
          <Route path="/practice" element={<PracticePage />} />
          <Route path="/r/:id" element={<RoomRoute />} />
          <Route path="*" element={<EndedScreen kind="no-page" />} />
        </Routes>
      </SessionContext>
    </ServicesContext>
  )
}
