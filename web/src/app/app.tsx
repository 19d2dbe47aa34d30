import { MantineProvider } from '@mantine/core'
import { useTheme } from '../settings/settings'
import { isDark } from '../settings/theme'
import { cssVariables, theme } from './mantine-theme'

export function App() {
  const drawn = useTheme()
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      forceColorScheme={isDark(drawn) ? 'dark' : 'light'}
      withGlobalClasses={false}
    >
      <main>CodenCollab</main>
    </MantineProvider>
  )
}
