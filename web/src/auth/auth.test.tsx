import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Route, Routes } from 'react-router'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { renderInPage } from '../app/test-render'
import { AuthServer } from '../session/auth-server'
import { SessionStore } from '../session/session'
import { settings } from '../settings/settings'
import { authText } from '../text/auth'
import { nameStepText } from '../text/name-step'
import { checkEntry } from './entry-form'
import { NameStep } from './name-step'
import { SignInPage } from './sign-in-page'
import { SignUpPage } from './sign-up-page'

const roomId = '3f2c6a1e-8b4d-4c7a-9e51-0d6f2b7a9c30'
let server: AuthServer
let session: SessionStore

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  server = new AuthServer()
  session = new SessionStore({
    url: 'http://server.test/auth/v1',
    anonKey: '',
    fetch: server.fetch,
  })
})

afterEach(() => {
  session.dispose()
})

function open(path: string) {
  renderInPage(
    <Routes>
      <Route path="/sign-in" element={<SignInPage />} />
      <Route path="/sign-up" element={<SignUpPage />} />
      <Route path="/r/:id" element={<NameStep roomId={roomId} />} />
      <Route path="*" element={<p>elsewhere</p>} />
    </Routes>,
    { path, session },
  )
  return userEvent.setup()
}

describe('signing in', () => {
  it('puts what is missing at its field, and the focus there', async () => {
    const user = open('/sign-in')
    await user.click(await screen.findByRole('button', { name: authText.signIn }))
    const email = screen.getByLabelText(authText.email)
    expect(email).toBeInvalid()
    expect(email).toHaveAccessibleDescription(authText.emailMissing)
    expect(email).toHaveFocus()
    expect(server.requests.filter((request) => request.startsWith('POST'))).toEqual([])
  })

  it('puts a refusal at the password, and takes it away with the next letter', async () => {
    const user = open('/sign-in')
    await user.type(await screen.findByLabelText(authText.email), 'ada@example.org')
    const password = screen.getByLabelText(authText.password)
    await user.type(password, 'wrong{Enter}')
    await screen.findByText(authText.noMatch)
    expect(password).toHaveAccessibleDescription(authText.noMatch)
    await user.type(password, 'x')
    expect(screen.queryByText(authText.noMatch)).toBeNull()
  })

  it('goes back to where the person came from', async () => {
    await session.signUp('Ada', 'ada@example.org', 'long enough')
    await session.signOut()
    const user = open(`/sign-in?next=${encodeURIComponent('/somewhere')}`)
    await user.type(await screen.findByLabelText(authText.email), 'ada@example.org')
    await user.type(screen.getByLabelText(authText.password), 'long enough{Enter}')
    await screen.findByText('elsewhere')
  })

  it('lets through whoever has an account', async () => {
    await session.signUp('Ada', 'ada@example.org', 'long enough')
    open('/sign-in')
    await screen.findByText('elsewhere')
  })

  it('offers no guests and no accounts where the server takes none', async () => {
    open('/sign-in')
    await vi.waitFor(() => {
      expect(screen.queryByRole('button', { name: authText.asGuest })).toBeNull()
    })
    expect(screen.queryByRole('link', { name: authText.signUp })).toBeNull()
  })
})

describe('signing up', () => {
  it('puts a taken address at its field', async () => {
    await session.signUp('Ada', 'ada@example.org', 'long enough')
    await session.signOut()
    const user = open('/sign-up')
    await user.type(await screen.findByLabelText(authText.name), 'Eve')
    await user.type(screen.getByLabelText(authText.email), 'ada@example.org')
    await user.type(screen.getByLabelText(authText.password), 'long enough{Enter}')
    await screen.findByText(authText.emailTaken)
    expect(screen.getByLabelText(authText.email)).toHaveFocus()
  })
})

describe('the name step', () => {
  it('lets nobody in without a name, and shows what is recorded', async () => {
    vi.spyOn(session, 'authSettings').mockResolvedValue({ guests: true, signUps: true })
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { status: 404 })))
    const user = open(`/r/${roomId}`)
    screen.getByText(nameStepText.recorded)
    const name = screen.getByLabelText(nameStepText.name)
    expect(name).toHaveFocus()
    await user.type(name, '  {Enter}')
    expect(name).toHaveAccessibleDescription(authText.nameMissing)
    await user.clear(name)
    await user.type(name, 'Ben{Enter}')
    await vi.waitFor(() => {
      expect(session.getState()).toMatchObject({ phase: 'signed_in', user: { name: 'Ben' } })
    })
  })

  it('lets people practise first, under the name that the room will see', async () => {
    vi.spyOn(session, 'authSettings').mockResolvedValue({ guests: true, signUps: true })
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { status: 404 })))
    const user = open(`/r/${roomId}`)
    const practise = screen.getByRole('button', { name: nameStepText.practice })
    const name = screen.getByLabelText(nameStepText.name)
    await user.clear(name)
    await user.click(practise)
    expect(name).toHaveAccessibleDescription(authText.nameMissing)
    await user.type(name, 'Ben')
    await user.click(practise)
    await screen.findByText('elsewhere')
    expect(settings.get().guestName).toBe('Ben')
    expect(session.getState()).toMatchObject({ phase: 'signed_out' })
  })

  it('shows the room’s title and who is there, where the server tells', async () => {
    vi.spyOn(session, 'authSettings').mockResolvedValue({ guests: true, signUps: true })
    const preview = { title: 'Free time', present: ['Ada', 'Mira'] }
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify(preview))))
    open(`/r/${roomId}`)
    await screen.findByRole('heading', { name: 'Free time' })
    await screen.findByText('Ada and Mira are here')
  })

  it('asks to sign in where the server takes no guests', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}', { status: 404 })))
    open(`/r/${roomId}`)
    await screen.findByText(nameStepText.noGuests)
    expect(screen.queryByLabelText(nameStepText.name)).toBeNull()
  })
})

describe('checkEntry', () => {
  const all = { name: true, email: true, password: true, newPassword: false }
  it.each([
    [{ name: ' ', email: 'a@b', password: 'x' }, ['name']],
    [{ name: 'Ada', email: 'a b', password: 'x' }, ['email']],
    [{ name: 'Ada', email: '', password: '' }, ['email', 'password']],
    [{ name: 'Ada', email: ' a@b ', password: ' ' }, []],
  ])('%j lacks %j', (values, fields) => {
    expect(Object.keys(checkEntry(values, all))).toEqual(fields)
  })
})
