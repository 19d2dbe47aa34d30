import { useId } from 'react'
import type { ComponentProps, ReactNode, Ref } from 'react'
import { Icon } from './icon'

/** One line of trouble, with a shape beside the colour. */
export function ProblemLine({ id, children }: { id?: string; children: ReactNode }) {
  return (
    <p className="problem-line" id={id} role="alert">
      <Icon name="warn" />
      <span>{children}</span>
    </p>
  )
}

type TextFieldProps = ComponentProps<'input'> & {
  label: string
  hint?: string
  /** Stands under the field and is read with it. */
  problem?: string | undefined
  ref?: Ref<HTMLInputElement>
}

/** A labelled field; its errors stand at it. */
export function TextField({ label, hint, problem, className, ...rest }: TextFieldProps) {
  const id = useId()
  const noteId = `${id}-note`
  const note = problem ?? hint
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...rest}
        id={id}
        className={['input', className ?? ''].join(' ').trim()}
        aria-invalid={problem === undefined ? undefined : true}
        aria-describedby={note === undefined ? undefined : noteId}
      />
      {problem !== undefined && <ProblemLine id={noteId}>{problem}</ProblemLine>}
      {problem === undefined && hint !== undefined && (
        <p className="field-hint" id={noteId}>
          {hint}
        </p>
      )}
    </div>
  )
}
