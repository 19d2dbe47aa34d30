import { settingsText } from '../text/settings'
import { Page } from '../ui/page'
import { SettingsForm } from './settings-form'

export function SettingsPage() {
  return (
    <Page title={settingsText.title}>
      <main className="narrow-page" tabIndex={-1} id="content">
        <h1>{settingsText.title}</h1>
        <SettingsForm />
      </main>
    </Page>
  )
}
