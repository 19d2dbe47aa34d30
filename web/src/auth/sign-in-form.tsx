import type { ReactNode } from 'react'
import type { AuthResult } from '../session/auth-problem'
import { useSessionStore } from '../session/session-context'
import { authText } from '../text/auth'
import { Button } from '../ui/button'
import { ProblemLine, TextField } from '../ui/field'
import { checkEntry } from './entry-form'
import { useEntry } from './use-entry'

/** Before the server has said where to sign in, nobody can. */
export const unreachable: AuthResult<never> = {
  ok: false,
  problem: { code: 'network', field: null, message: authText.unreachable },
}

type SignInFormProps = {
  onDone: () => void
  className: string
  title?: ReactNode
  /** Other ways in, under the button. */
  children?: ReactNode
}

export function SignInForm({ onDone, className, title, children }: SignInFormProps) {
  const store = useSessionStore()
  const entry = useEntry(
    { name: '', email: '', password: '' },
    (values) =>
      checkEntry(values, { name: false, email: true, password: true, newPassword: false }),
    async ({ email, password }) => (store ? store.signIn(email, password) : unreachable),
    onDone,
  )
  return (
    <form className={className} {...entry.formProps}>
      {title}
      <TextField
        {...entry.field('email')}
        label={authText.email}
        type="email"
        autoComplete="username"
        autoFocus
        data-autofocus
      />
      <TextField
        {...entry.field('password')}
        label={authText.password}
        type="password"
        autoComplete="current-password"
      />
      {entry.problem !== undefined && <ProblemLine>{entry.problem}</ProblemLine>}
      <Button kind="main" type="submit" busy={entry.busy}>
        {authText.signIn}
      </Button>
      {children}
    </form>
  )
}
