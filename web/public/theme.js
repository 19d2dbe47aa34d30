// Runs before the first paint, so it stands alone: settings/theme.ts decides the same way, and
// settings/theme.test.ts runs this file against it.
;(function () {
  var root = document.documentElement
  var wanted = 'system'
  try {
    wanted = JSON.parse(localStorage.getItem('codencollab-settings') || '{}').theme || 'system'
  } catch (error) {
    // Storage may be forbidden or hold something else; the system's theme is right then.
  }
  var dark = matchMedia('(prefers-color-scheme: dark)').matches
  var contrast =
    matchMedia('(prefers-contrast: more)').matches || matchMedia('(forced-colors: active)').matches
  var known = ['light', 'dark', 'hc-light', 'hc-dark']
  var theme =
    known.indexOf(wanted) >= 0 ? wanted : (contrast ? 'hc-' : '') + (dark ? 'dark' : 'light')
  root.dataset.theme = theme
  root.dataset.mantineColorScheme = theme === 'dark' || theme === 'hc-dark' ? 'dark' : 'light'
})()
