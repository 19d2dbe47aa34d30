import { authText } from '../text/auth'
import type { AuthField, AuthProblem } from '../session/auth-problem'

export type EntryValues = { name: string; email: string; password: string }

/** What is wrong at which field; `form` is what belongs to none. */
export type EntryProblems = Partial<Record<AuthField | 'form', string>>

type Asked = { name: boolean; email: boolean; newPassword: boolean; password: boolean }

/** Pure. What can be seen without asking the server; it has the last word. */
export function checkEntry(values: EntryValues, asked: Asked): EntryProblems {
  const problems: EntryProblems = {}
  if (asked.name && values.name.trim() === '') problems.name = authText.nameMissing
  if (asked.email) {
    if (values.email.trim() === '') problems.email = authText.emailMissing
    else if (!/^\S+@\S+$/.test(values.email.trim())) problems.email = authText.emailInvalid
  }
  if (asked.password && values.password === '') {
    problems.password = asked.newPassword ? authText.newPasswordMissing : authText.passwordMissing
  }
  return problems
}

export function problemsOf({ field, message }: AuthProblem): EntryProblems {
  return { [field ?? 'form']: message }
}

export function hasProblems(problems: EntryProblems): boolean {
  return Object.keys(problems).length > 0
}
