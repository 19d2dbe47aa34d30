import { useRef, useState } from 'react'
import type { AuthResult } from '../session/auth-problem'
import { hasProblems, problemsOf } from './entry-form'
import type { EntryProblems, EntryValues } from './entry-form'

const fieldsInOrder = ['name', 'email', 'password'] as const

/**
 * The state of one sign-in, sign-up or guest form: what is typed, what is wrong where, whether it
 * is being sent. The first field with a problem gets the focus.
 */
export function useEntry<T>(
  initial: EntryValues,
  check: (values: EntryValues) => EntryProblems,
  send: (values: EntryValues) => Promise<AuthResult<T>>,
  onDone: (value: T, values: EntryValues) => void,
) {
  const form = useRef<HTMLFormElement>(null)
  const [values, setValues] = useState(initial)
  const [problems, setProblems] = useState<EntryProblems>({})
  const [busy, setBusy] = useState(false)

  function show(found: EntryProblems) {
    setProblems(found)
    const first = fieldsInOrder.find((field) => found[field] !== undefined)
    if (first) form.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus()
  }

  /** What is typed, when nothing is wrong with it; else that is shown. */
  function checkNow(): EntryValues | undefined {
    const found = check(values)
    show(found)
    return hasProblems(found) ? undefined : values
  }

  async function submit() {
    if (busy || !checkNow()) return
    setBusy(true)
    const result = await send(values)
    setBusy(false)
    if (result.ok) onDone(result.value, values)
    else show(problemsOf(result.problem))
  }

  function field(name: keyof EntryValues) {
    return {
      name,
      value: values[name],
      problem: problems[name],
      onChange: (event: { target: { value: string } }) => {
        const { value } = event.target
        setValues((before) => ({ ...before, [name]: value }))
        setProblems({})
      },
    }
  }

  const formProps = {
    ref: form,
    noValidate: true,
    onSubmit: (event: { preventDefault: () => void }) => {
      event.preventDefault()
      void submit()
    },
  }
  return { formProps, field, busy, check: checkNow, problem: problems.form }
}
